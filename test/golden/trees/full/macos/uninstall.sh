#!/bin/sh
# Uninstalls the service that install.sh beside it installs: stops it, removes its files and nothing else (logs and data
# stay). Safe to run again. Written by hermes-install; needs macOS and nothing else.
# shellcheck disable=SC2015,SC2016,SC2034,SC2317,SC2329 # parts shared with install.sh; a $ in data
set -eu
PATH=${PATH-}:/usr/bin:/bin:/usr/sbin:/sbin
export PATH

title='Full service'
label=Full.Service
scope=system
user=''
state='/Library/Application Support/hermes-install/state/full'
undo=$state/undo
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
  "$1" Full.Service.plist /Library/LaunchDaemons/Full.Service.plist 0644 root:wheel no
  "$1" launcher.sh '/Library/Application Support/hermes-install/Full.Service/launcher.sh' 0755 root:wheel no
  "$1" secrets.sh '/Library/Application Support/hermes-install/Full.Service/secrets.sh' 0600 full yes
}

# Newest first, and only what is empty.
remove_directories() {
  sed '1!G;h;$!d' | while IFS= read -r directory; do rmdir "$directory" 2>/dev/null || :; done
}

# --- what changes something: the same commands as hermes-install itself runs; each takes a domain ----------------------
manager_enable() {
  case $1 in
    system)
      run 'clear a record of being switched off, which outlives the file' launchctl enable system/Full.Service || return
      ;;
  esac
}
manager_disable() {
  case $1 in
    system)
      run 'do not start again' launchctl disable system/Full.Service || return
      ;;
  esac
}
manager_bootout() {
  case $1 in
    system)
      attempt 'unload the job' launchctl bootout system/Full.Service || return
      ;;
  esac
}
manager_bootstrap() {
  case $1 in
    system)
      attempt 'load the job' launchctl bootstrap system /Library/LaunchDaemons/Full.Service.plist || return
      ;;
  esac
}
manager_kickstart() {
  case $1 in
    system)
      run 'start the job' launchctl kickstart system/Full.Service || return
      ;;
  esac
}
manager_restart() {
  case $1 in
    system)
      run 'start the job again' launchctl kickstart -k system/Full.Service || return
      ;;
  esac
}

# --- questions to launchd ----------------------------------------------------------------------------------------------
each_domain() { # CALLBACK
  "$1" system || return
}
target() { printf '%s/%s' "$1" "$label"; }

# 113: no such service; 112 and 125: no such domain; 3: no such process. Anything else may still be there.
is_loaded() { # DOMAIN/LABEL
  answer=0
  launchctl print "$1" >/dev/null 2>&1 || answer=$?
  case $answer in 3 | 112 | 113 | 125) return 1 ;; esac
  return 0
}
# The output of `print` is "NOT API in any sense" (launchctl(1)): taken where it is there, never relied on.
printed() { # DOMAIN/LABEL KEY
  launchctl print "$1" 2>/dev/null | sed -n "s/^[[:space:]]*$2 = //p" | head -n 1
}
# => disabled; before macOS 13, => true.
is_disabled() { # DOMAIN LABEL
  launchctl print-disabled "$1" 2>/dev/null | grep -Fq -e "\"$2\" => disabled" -e "\"$2\" => true"
}
loaded_in=
look_where_loaded() {
  if [ -z "$loaded_in" ] && is_loaded "$(target "$1")"; then loaded_in=$1; fi
}

# bootout DOMAIN LABEL COMMAND...: it only asks (the service stays until it has ended), so look until it is gone. A bootstrap
# before that fails with 5 or 37. What is gone already says 3 or 113, what is going says 36.
boot_out() {
  leaving=$1/$2
  shift 2
  left=0
  "$@" || left=$?
  patience=$(($(now) + 45 + 30))
  while is_loaded "$leaving"; do
    if [ "$(now)" -ge "$patience" ]; then
      complain "$left"
      warn "  launchd still has $leaving"
      return 1
    fi
    nap
  done
}
boot_out_own() {
  if is_loaded "$(target "$1")"; then boot_out "$1" "$label" manager_bootout "$1"; fi
}

# --- launchd -----------------------------------------------------------------------------------------------------------
service_ready() {
  command -v launchctl >/dev/null 2>&1 || die 1 "There is no launchctl here: this is for macOS."
}
service_present() {
  each_domain look_where_loaded
  [ -n "$loaded_in" ]
}
# From wherever it was loaded: at the screen and over SSH it lands in different domains.
service_remove() { each_domain boot_out_own; }

# A record that it is disabled would outlive it and block the next install.
forget_disabled() { if is_disabled "$1" "$label"; then manager_enable "$1"; fi; }
service_removed() { each_domain forget_disabled || :; }

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
  printf '%s\n' '/Library/Application Support/hermes-install'
  printf '%s\n' '/Library/Application Support/hermes-install/Full.Service'
  printf '%s\n' '/Library/Application Support/hermes-install/state'
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
