#!/bin/sh
# Starts a program, stays beside it, and tells the service manager how it ended.
# Written by hermes-install from a profile: change the profile, not this file.
# For dash, bash 3.2 (/bin/sh of macOS) and busybox ash. The names start with __ because the environment of the
# program lives in the same shell, and a variable called `line` must get through unharmed.
# shellcheck disable=SC2016,SC2317,SC2329 # a $ in data; functions that only traps, or only some profiles, call
set -eu

__label=ai.hermes.agent-dashboard
# Exit codes after which the program is to be restarted, or left alone, whatever the policy; and the policy for all others.
__restart_codes=' '
__stop_codes=' 0 78 '
__otherwise=restart

say() { printf '%s: %s\n' "$__label" "$1" >&2; }

# The launcher's own failures. 78 is EX_CONFIG of sysexits.h, and what launchd itself shows for a job it could not set up;
# another where the manager would take 78 for the program's.
fail() {
  say "$1"
  # Not through the code lists: those speak of what the program means by its codes (78 may well be "do not restart me"),
  # and the program never ran. A file that is missing now may be there soon, so the policy decides, as it does on
  # systemd for a unit whose EnvironmentFile= is missing.
  [ "$__otherwise" != stop ] || exit 0
  exit 78
}

# Ends the launcher with what the manager shall see: launchd's KeepAlive {SuccessfulExit: false} restarts on non-zero.
finish() {
  __seen=$1
  case $__restart_codes in *" $1 "*) if [ "$1" -eq 0 ]; then __seen=1; fi; exit "$__seen" ;; esac
  case $__stop_codes in *" $1 "*) exit 0 ;; esac
  case $__otherwise in
    restart) if [ "$1" -eq 0 ]; then __seen=1; fi ;;
    stop) __seen=0 ;;
  esac
  exit "$__seen"
}

# --- signals ---------------------------------------------------------------------------------------------------------
__child=        # whom signals go to: a preStart hook, then the program; empty while there is nobody
__phase=prepare # prepare, run
__pending=      # signals for the program that came before it was there, each followed by a blank
__stop_asked=   # the manager's TERM has come
__stop_begun=   # the program has been told
__interrupted=  # a trap ran, so `wait` may have returned early

# All the work is done in the trap itself and not in a loop around `wait`: a signal that comes between the loop's check
# and the `wait` would otherwise sit there until the program ends by itself.
on_signal() {
  __interrupted=yes
  if [ "$1" = TERM ]; then __stop_asked=yes; fi
  if [ -n "$__child" ] && [ "$__phase" = run ]; then
    if [ "$1" = TERM ]; then stop_program; else kill -s "$1" "$__child" 2>/dev/null || :; fi
  elif [ "$1" = TERM ]; then
    # A hook that runs before the program is ended, as systemd does; no program will be started after it.
    [ -z "$__child" ] || kill -s TERM "$__child" 2>/dev/null || :
  else
    __pending="$__pending$1 "
  fi
}

stop_program() {
  [ -z "$__stop_begun" ] || return 0
  __stop_begun=yes
  kill -s TERM "$__child" 2>/dev/null || :
}

# KILL and STOP cannot be caught, CHLD is the shell's own.
for __signal in TERM HUP INT QUIT USR1 USR2 ALRM WINCH TTIN TTOU; do
  # shellcheck disable=SC2064 # the name is meant to be filled in now
  trap "on_signal $__signal" "$__signal"
done

# What a new process says when signals may be sent to it: URG, because nobody minds one too many (it is ignored by default).
__ready=
trap '__ready=yes __interrupted=yes' URG

# A shell gives /dev/null to what it starts with `&` before it looks at redirections (POSIX 2.9.3.1), so `<&0` would
# come too late. Descriptor 9 keeps the real one; 3 and up may be sockets that the manager passed on.
exec 9<&0

hook() { "$@" 9<&-; }

# start PHASE COMMAND...: in the background, because only `wait` lets a shell run traps.
start() {
  __phase=$1
  __ready=
  shift
  (
    kill -s URG $$ # $$ is the launcher, also in here
    exec <&9 9<&-
    # The same rule makes a shell ignore INT and QUIT in what it starts with `&`, ignoring survives exec, and no shell may
    # take it back. perl (part of macOS, essential in Debian) or GNU env >= 8.31 can. With neither, a program that does not
    # handle INT and QUIT itself will not notice them.
    if command -v perl >/dev/null 2>&1; then
      export PERL_BADLANG=0
      exec perl -e 'delete $ENV{PERL_BADLANG}; $SIG{INT} = $SIG{QUIT} = "DEFAULT";
        { no warnings; exec { $ARGV[0] } @ARGV; } my $e = $! + 0; print STDERR "$ARGV[0]: $!\n"; exit($e == 2 ? 127 : 126)' -- "$@"
    fi
    # env would take a program with = in its path for a variable.
    case $1 in *=*) ;; *) if env --default-signal=INT,QUIT true 2>/dev/null; then exec env --default-signal=INT,QUIT "$@"; fi ;; esac
    exec "$@"
  ) &
  __started=$!
  # Until a new process has dropped the traps it was born with, a signal to it can vanish in them. So it says when it has,
  # and until then signals are kept. (With dash about one stop in 20,000 still went unheard on a busy machine, for a reason
  # not known; the service manager's own timeout ends it then.)
  while [ -z "$__ready" ] && kill -0 "$__started" 2>/dev/null; do (:); done
  __child=$__started
}

# Waits until the child is really gone; its code, or 128+n for a signal, is in __code.
wait_for_child() {
  __interrupted=
  __code=0
  wait "$__child" || __code=$?
  # A trap ends `wait` early, with 128+n of the signal that was caught. Asking again gives the child's own code, or 127
  # when the first answer already was that.
  while [ -n "$__interrupted" ] && [ "$__code" -gt 128 ]; do
    __interrupted=
    __before=$__code
    __code=0
    wait "$__child" 2>/dev/null || __code=$?
    if [ "$__code" -eq 127 ]; then __code=$__before; break; fi
  done
  __child=
}

# --- the program -----------------------------------------------------------------------------------------------------
# A stop that came before there was anything to stop.
[ -z "$__stop_asked" ] || finish 143
start run /Users/user/.hermes/hermes-agent/venv/bin/python -m hermes_cli.main dashboard --no-open --skip-build --host 127.0.0.1 --port 9119
# And what came while it was being started.
[ -z "$__stop_asked" ] || stop_program
while [ -n "$__pending" ]; do
  __signal=${__pending%% *}
  __pending=${__pending#* }
  kill -s "$__signal" "$__child" 2>/dev/null || :
done
wait_for_child
finish "$__code"
