#!/bin/sh
# Uninstalls the service that install.sh beside it installs: stops it, removes its files and nothing else (logs, drop-ins
# and data stay). Safe to run again. Written by hermes-install; needs systemd and nothing else.
# shellcheck disable=SC2015,SC2016,SC2034,SC2317,SC2329 # parts shared with install.sh; a $ in data
set -eu
PATH=${PATH-}:/usr/bin:/bin:/usr/sbin:/sbin
export PATH

title='Hermes Dashboard'
label=hermes-agent-dashboard
scope=user
user=user
unit=hermes-agent-dashboard.service
state=/home/user/.local/state/hermes-install/state/hermes-dashboard
undo=$state/undo
linger=no
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)

# --- saying and running ------------------------------------------------------------------------------------------------
say() { printf '%s\n' "$*"; }
warn() { printf '%s\n' "$*" >&2; }
die() { # CODE MESSAGE...
  code=$1
  shift
  warn "$*"
  exit "$code"
}

# attempt WHY COMMAND...: shows why, once in a row; keeps the command's own words for whoever wants to show them.
said=
output=
attempt() {
  [ "$said" = "$1" ] || say "  $1"
  said=$1
  shift
  attempted=$*
  ran=0
  output=$("$@" 2>&1 </dev/null) || ran=$?
  return "$ran"
}
complain() { # CODE
  warn "  failed ($1): $attempted"
  [ -z "$output" ] || warn "$output"
}
run() {
  attempt "$@" || {
    complain "$ran"
    return "$ran"
  }
}

now() { date +%s; }
# POSIX knows whole seconds only; GNU, busybox and macOS take fractions.
nap() { sleep 0.2 2>/dev/null || sleep 1; }

# limited SECONDS COMMAND...: `timeout` is not part of macOS.
limited() {
  until=$(($(now) + $1))
  shift
  "$@" </dev/null >/dev/null 2>&1 &
  limited=$!
  while kill -0 "$limited" 2>/dev/null; do
    if [ "$(now)" -gt "$until" ]; then kill -KILL "$limited" 2>/dev/null || :; fi
    nap
  done
  wait "$limited"
}

quoted() { printf '%s\n' "$1" | sed "s/'/'\\\\''/g; 1s/^/'/; \$s/\$/'/"; }

check_rights() { # SCRIPT
  if [ "$scope" = system ]; then
    [ "$(id -u)" -eq 0 ] || die 4 "$title is a system service: only root may do this. Run: sudo sh $(quoted "$here/$1")"
  elif [ -n "$user" ] && [ "$(id -un)" != "$user" ]; then
    # As root the files would belong to root and the wrong manager would be asked.
    die 4 "$title is a service of the user $user, and this is $(id -un). Run: sudo -u $(quoted "$user") sh $(quoted "$here/$1")"
  fi
}

# --- one at a time -----------------------------------------------------------------------------------------------------
# The lock is a symbolic link: making one is atomic and it carries the holder, so there is no moment without a name in it.
me=

# Tells a process from a later one with the same number (fields 3 and 22 of proc(5); ps where there is no /proc). Nothing
# for one that is dead and only waits for its parent (Z).
started_at() {
  if [ -d /proc/self ]; then
    sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | awk '$1 != "Z" { print $20 }'
  else
    ps -o lstart= -p "$1" 2>/dev/null | tr -s ' ' _
  fi
}

lock() {
  me=$$-$(started_at $$)
  until ln -s "$me" "$state/lock" 2>/dev/null; do
    [ -L "$state/lock" ] || die 1 "cannot write in $state"
    holder=$(readlink "$state/lock") || continue
    if [ "$(started_at "${holder%%-*}")" = "${holder#*-}" ]; then
      die 1 "another install or uninstall of $title is running (pid ${holder%%-*})"
    fi
    # Its holder is dead. Of several that see this, one gets the link; if it was a new one after all, it goes back.
    if mv -f "$state/lock" "$state/lock.$$" 2>/dev/null; then
      found=$(readlink "$state/lock.$$")
      rm -f "$state/lock.$$"
      [ "$found" = "$holder" ] || ln -s "$found" "$state/lock" 2>/dev/null || :
    fi
  done
}
# Asks the link and not a variable: a signal may come right after the link was made.
unlock() {
  if [ -n "$me" ] && [ "$(readlink "$state/lock" 2>/dev/null || :)" = "$me" ]; then rm -f "$state/lock"; fi
}

# --- files and directories ---------------------------------------------------------------------------------------------
# Which file goes where: CALLBACK SOURCE TARGET MODE OWNER SENSITIVE
each_file() {
  "$1" hermes-agent-dashboard.service /home/user/.config/systemd/user/hermes-agent-dashboard.service 0644 '' no
}

# Newest first, and only what is empty.
remove_directories() {
  sed '1!G;h;$!d' | while IFS= read -r directory; do rmdir "$directory" 2>/dev/null || :; done
}

# --- what changes something: the same commands as hermes-install itself runs -------------------------------------------
manager_reload() {
  run 'systemd reads its unit files again' systemctl --user daemon-reload || return
}
manager_enable() {
  run 'start at login' systemctl --user enable hermes-agent-dashboard.service || return
}
manager_disable() {
  run 'no longer start by itself' systemctl --user disable hermes-agent-dashboard.service || return
}
manager_start() {
  run 'start the service' systemctl --user start hermes-agent-dashboard.service || return
}
manager_restart() {
  run 'start the service with what has changed' systemctl --user restart hermes-agent-dashboard.service || return
}
manager_stop() {
  run 'stop the service' systemctl --user stop hermes-agent-dashboard.service || return
}
manager_resetFailed() {
  run 'forget earlier failures and the delays they led to' systemctl --user reset-failed hermes-agent-dashboard.service || return
}
manager_lingerOn() {
  :
  run 'run from boot on, without a login' loginctl enable-linger user || return
}
manager_lingerOff() {
  :
  run 'no longer run without a login' loginctl disable-linger user || return
}

# --- questions to systemd ----------------------------------------------------------------------------------------------
manager() { systemctl --user "$@"; }
quoted_manager() { printf '%s' 'systemctl --user'; }
property() { manager show -p "$1" --value -- "$unit" 2>/dev/null || :; }
unit_file_state() { manager is-enabled -- "$1" 2>/dev/null || :; }
is_enabled() { [ "$(unit_file_state "$1")" = enabled ]; }
# Also while it waits for its next start (auto-restart is `activating`).
is_live() {
  case $(manager is-active -- "$1" 2>/dev/null || :) in active | activating | reloading | deactivating) return 0 ;; esac
  return 1
}
is_lingering() {
  [ -e "/var/lib/systemd/linger/$user" ] || [ "$(loginctl show-user "$user" -p Linger --value 2>/dev/null || :)" = yes ]
}

linger_is_new=
linger_on() {
  if is_lingering; then return 0; fi
  # The mark first: uninstall.sh switches lingering off only if it finds it.
  : >"$state/linger"
  linger_is_new=yes
  if ! manager_lingerOn; then
    linger_is_new=
    rm -f "$state/linger"
    die 4 "This user may not switch on lingering, without which the service ends at logout. Run: sudo loginctl enable-linger $(quoted "$user")"
  fi
}

user_manager_is_up() { [ -S "$XDG_RUNTIME_DIR/systemd/private" ] || [ -S "$XDG_RUNTIME_DIR/bus" ]; }

# sd_booted(3): the folder is there if and only if systemd runs as the init.
service_ready() {
  if [ ! -d /run/systemd/system ] || ! command -v systemctl >/dev/null 2>&1; then
    die 1 "No systemd runs on this machine. In WSL, set systemd=true under [boot] in /etc/wsl.conf; in a container, use the container's own restart policy."
  fi
  [ "$scope" = user ] || return 0
  # su and sudo leave another user's folder in the environment, or none.
  if [ -z "${XDG_RUNTIME_DIR-}" ] || [ -z "$(find "$XDG_RUNTIME_DIR" -prune -user "$(id -u)" 2>/dev/null || :)" ]; then
    XDG_RUNTIME_DIR=/run/user/$(id -u)
    DBUS_SESSION_BUS_ADDRESS=unix:path=$XDG_RUNTIME_DIR/bus
    export XDG_RUNTIME_DIR DBUS_SESSION_BUS_ADDRESS
  fi
  if user_manager_is_up; then return 0; fi
  # Nobody of that name is logged in; lingering starts the user's manager.
  if [ "$linger" = yes ] && ! is_lingering; then
    linger_on
    tries=25
    until user_manager_is_up || [ "$tries" -eq 0 ]; do
      nap
      tries=$((tries - 1))
    done
  fi
  user_manager_is_up ||
    die 1 "The user manager of $(id -un) does not run. Log in as that user (not with su or sudo), or run: sudo loginctl enable-linger $(quoted "$(id -un)")"
}

# --- systemd -----------------------------------------------------------------------------------------------------------
service_present() { is_live "$unit" || is_enabled "$unit"; }

service_remove() {
  if is_live "$unit"; then manager_stop || return; fi
  if is_enabled "$unit"; then manager_disable || return; fi
}

service_removed() {
  manager_reload || die 1 "the files are gone, but systemd did not reload"
  # Otherwise a unit that had failed stays in the list of failed units.
  if [ "$(property ActiveState)" = failed ]; then manager_resetFailed || :; fi
  # Lingering may be wanted by others: it goes only if install.sh was the one to switch it on.
  if [ -e "$state/linger" ] && ! hand_over linger; then manager_lingerOff || warn "  lingering of $user is still on"; fi
}

# --- the uninstall, the same for every service manager -----------------------------------------------------------------
# The platform's part, above, has: service_ready, service_present, service_remove (stop and forget it), service_removed.
present=
look_for_file() { if [ -e "$2" ] || [ -L "$2" ]; then present=yes; fi; }

remove_file() { # SOURCE TARGET
  if [ -L "$2" ] || { [ -e "$2" ] && [ ! -f "$2" ]; }; then
    warn "  $2 is not the file that was installed; left alone"
  elif [ -f "$2" ]; then
    say "  remove $2"
    rm -f "$2" || die 1 "cannot remove $2"
  fi
  # What an install that was killed left half-written.
  rm -f "$(dirname "$2")/.$(basename "$2").hermes-install-new"
}
# What earlier installs placed, and the folders made by one that was killed.
remove_recorded() {
  if [ -f "$state/files" ]; then
    while IFS= read -r recorded; do remove_file '' "$recorded"; done <"$state/files"
  fi
  [ ! -f "$undo/directories" ] || remove_directories <"$undo/directories"
}
# What a mark of this service stands for serves the others of this user, too: then it becomes theirs.
hand_over() { # MARK
  for heir in "$(dirname "$state")"/*/; do
    if [ "$heir" != "$state/" ] && [ -f "$heir/manifest.json" ]; then
      : >"$heir/$1"
      return 0
    fi
  done
  return 1
}
owned_directories() {
  :
  printf '%s\n' /home/user/.local/state/hermes-install
  printf '%s\n' /home/user/.local/state/hermes-install/state
}

uninstall() {
  check_rights uninstall.sh
  service_ready
  each_file look_for_file
  if [ -z "$present" ] && [ ! -d "$state" ] && ! service_present; then
    say "$title is not installed: nothing to do."
    exit 0
  fi
  if [ -d "$state" ]; then
    trap unlock EXIT
    trap 'warn "Interrupted; run this again to finish."; exit 1' INT TERM HUP
    lock
  fi
  say "Uninstalling $title ($label, $scope)"
  service_remove || die 1 "$title could not be stopped; nothing was removed"
  each_file remove_file
  remove_recorded
  service_removed
  made=$(cat "$state/directories" 2>/dev/null || :)
  # With the lock in it: the last thing to go.
  rm -rf "$state"
  printf '%s\n' "$made" | remove_directories
  owned_directories | remove_directories
  say "$title is gone."
}

if [ $# -gt 0 ]; then die 2 "usage: sh uninstall.sh"; fi
uninstall
