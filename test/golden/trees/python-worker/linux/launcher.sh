#!/bin/sh
# Prepares what a program needs and then becomes that program (exec): its pid, its signals and its exit code are its own.
# Written by hermes-install from a profile: change the profile, not this file.
# For dash, bash 3.2 (/bin/sh of macOS) and busybox ash. The names start with __ because the environment of the
# program lives in the same shell, and a variable called `line` must get through unharmed.
# shellcheck disable=SC2016,SC2317,SC2329 # a $ in data; functions that only traps, or only some profiles, call
set -eu

__label=python-worker

say() { printf '%s: %s\n' "$__label" "$1" >&2; }

# The launcher's own failures. 78 is EX_CONFIG of sysexits.h, and what launchd itself shows for a job it could not set up;
# another where the manager would take 78 for the program's.
fail() {
  say "$1"
  exit 78
}

# --- secrets ---------------------------------------------------------------------------------------------------------
# `read` and `export` are part of the shell: the value is never an argument of a process, which `ps` would show.
__newline='
'
secret() { # NAME FILE
  if [ ! -r "$2" ] || [ -d "$2" ]; then fail "the secret file for $1 is missing or unreadable: $2"; fi
  __value=
  while IFS= read -r __line; do __value=$__value$__line$__newline; done <"$2"
  __value=$__value$__line
  __value=${__value%"$__newline"}
  export "$1=$__value"
}
secret QUEUE_TOKEN /etc/worker/queue-token
__value=
__line=

# --- the program -----------------------------------------------------------------------------------------------------
exec /opt/worker/venv/bin/python -u /opt/worker/worker.py
