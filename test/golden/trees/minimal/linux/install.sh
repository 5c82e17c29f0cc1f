#!/bin/sh
# Installs a service from the files beside this script. Safe to run again: what is already right is left alone, and if
# something fails, what was there before is put back. Written by hermes-install; needs systemd and nothing else.
# shellcheck disable=SC2015,SC2016,SC2317,SC2329 # C of A && B || C always ends; a $ in data; functions called by name
set -eu
# What is made here is for nobody else until it gets its mode.
umask 077
PATH=${PATH-}:/usr/bin:/bin:/usr/sbin:/sbin
export PATH

title=minimal
label=minimal
scope=user
user=user
unit=minimal.service
state=/home/user/.local/state/hermes-install/state/minimal
undo=$state/undo
autostart=yes
linger=yes
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
if [ "$scope" = user ]; then directory_mode=0700; else directory_mode=0755; fi

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
  "$1" minimal.service /home/user/.config/systemd/user/minimal.service 0644 '' no
}

# Newest first, and only what is empty.
remove_directories() {
  sed '1!G;h;$!d' | while IFS= read -r directory; do rmdir "$directory" 2>/dev/null || :; done
}

# --- placing files ------------------------------------------------------------------------------------------------------
temporary= # a file that is not in its place yet; always the same name, so that a later run finds what a killed one left
temporary_for() { printf '%s/.%s.hermes-install-new' "$(dirname "$1")" "$(basename "$1")"; }
sweep() { rm -f "$(temporary_for "$2")"; } # SOURCE TARGET ...

nearest_writable() {
  nearest=$1
  while [ ! -e "$nearest" ]; do nearest=$(dirname "$nearest"); done
  [ -w "$nearest" ]
}

# Every missing part of a path, remembered first, so that a failure can take it away again.
make_directory() {
  [ ! -d "$1" ] || return 0
  make_directory "$(dirname "$1")" || return
  [ -z "$remember" ] || printf '%s\n' "$1" >>"$remember"
  mkdir "$1" && chmod "$directory_mode" "$1"
}
# A file made in one place and moved to another keeps the first one's SELinux label, which systemd may not execute.
relabel() { if command -v restorecon >/dev/null 2>&1; then restorecon "$1" 2>/dev/null || :; fi; }

check_file() { # SOURCE TARGET ...
  [ -r "$here/$1" ] || die 1 "$here/$1 is missing: this folder is not complete"
  if [ -L "$2" ]; then die 1 "$2 is a symbolic link to $(readlink "$2"). Something else manages it; remove the link first."; fi
  if [ -e "$2" ] && [ ! -f "$2" ]; then die 1 "$2 is there and not a file; move it away first."; fi
}

is_current() { # SOURCE TARGET MODE OWNER
  [ -f "$2" ] && cmp -s "$here/$1" "$2" || return 1
  # -user with a number, too: the owner counts, or someone else could change a system service.
  owner=${4:-$(id -u)}
  case $owner in
    *:*) [ -n "$(find "$2" -prune -perm "$3" -user "${owner%%:*}" -group "${owner#*:}")" ] ;;
    *) [ -n "$(find "$2" -prune -perm "$3" -user "$owner")" ] ;;
  esac
}

# Complete and with its final rights before it appears under its name: mv is rename(2) within one directory.
move_in() { # TEMPORARY TARGET
  # fsync where `sync FILE` does that (GNU, busybox); elsewhere the argument is ignored.
  sync "$1" 2>/dev/null || :
  mv -f "$1" "$2" || return
  temporary=
  relabel "$2"
}
place() { # SOURCE TARGET MODE OWNER
  make_directory "$(dirname "$2")" || return
  temporary=$(temporary_for "$2")
  rm -f "$temporary" && cp "$here/$1" "$temporary" || return
  [ -z "$4" ] || chown "$4" "$temporary" || return
  chmod "$3" "$temporary" && move_in "$temporary" "$2"
}

# --- undo: what was there before, kept until all is well ---------------------------------------------------------------
# $undo/facts       one line for each thing that was true before the first change
# $undo/N.path      the target of the Nth file; written last, so that a file with a record is safe to change
# $undo/N.file      what it was; none if there was none. N.sensitive: not to be kept afterwards
# $undo/directories those we made
# $undo/manifest.json what is being written
# The folder outlives a killed run: the next one finds it, finishes the work, and still knows how to go back.
noted() { grep -Fqx -- "$1" "$undo/facts"; }
note() { noted "$1" || printf '%s\n' "$1" >>"$undo/facts"; }

keep_original() { # TARGET SENSITIVE
  number=0
  while [ -e "$undo/$number.path" ]; do
    if [ "$(cat "$undo/$number.path")" = "$1" ]; then return 0; fi
    number=$((number + 1))
  done
  rm -f "$undo/$number.file"
  if [ -e "$1" ]; then cp -p "$1" "$undo/$number.file" || return; fi
  if [ "$2" = yes ]; then : >"$undo/$number.sensitive" || return; fi
  printf '%s\n' "$1" >"$undo/new" && mv "$undo/new" "$undo/$number.path"
}

put_back() {
  failed=0
  for record in "$undo"/*.path; do
    [ -e "$record" ] || continue
    target=$(cat "$record")
    if [ -f "${record%.path}.file" ]; then
      temporary=$(temporary_for "$target")
      if ! cp -p "${record%.path}.file" "$temporary" || ! move_in "$temporary" "$target"; then failed=1; fi
    else
      rm -f "$target" || failed=1
    fi
  done
  [ ! -f "$undo/directories" ] || remove_directories <"$undo/directories"
  return "$failed"
}

# The last version stays in $state/previous for a human, without the sensitive files.
commit() {
  trap '' INT TERM HUP
  each_file write_target >"$state/files.new"
  mv -f "$state/files.new" "$state/files"
  printf '%s\n' "$label" >"$state/label"
  # Every folder that was made for it, now or by an earlier install: uninstall.sh takes away those that are empty by then.
  printf '%s' "$state_parents" >>"$state/directories"
  [ ! -f "$undo/directories" ] || cat "$undo/directories" >>"$state/directories"
  # What `hermes-install` knows this service by; hashes of secrets are for nobody else.
  grep '^replaced-' "$undo/facts" >>"$state/replaced" || [ -s "$state/replaced" ] || rm -f "$state/replaced"
  if grep -Fq '"sensitive": true' "$undo/manifest.json"; then mode=0600; else mode=0644; fi
  chmod "$mode" "$undo/manifest.json" && mv -f "$undo/manifest.json" "$state/manifest.json"
  # The point of no return: from here on a run that finds the rest only cleans up.
  mv "$undo" "$state/previous.new"
  acting=
  for record in "$state/previous.new"/*.sensitive; do rm -f "$record" "${record%.sensitive}.file"; done
  kept=
  for record in "$state/previous.new"/*.file; do [ ! -f "$record" ] || kept=yes; done
  if [ -n "$kept" ]; then
    rm -rf "$state/previous"
    mv "$state/previous.new" "$state/previous"
  else
    rm -rf "$state/previous.new"
  fi
}
write_target() { printf '%s\n' "$2"; }

# --- health ------------------------------------------------------------------------------------------------------------
stable_seconds=2
timeout_seconds=30
waiting_for=

healthy() {
  return 0
}

# The same process for long enough, and then the checks of the profile; all of it before the time is up.
wait_for_health() {
  say "  wait until it is healthy"
  give_up=$(($(now) + timeout_seconds))
  pid=
  while :; do
    seen=$(service_pid)
    if [ -z "$seen" ] || [ "$seen" != "$pid" ]; then
      pid=$seen
      since=$(now)
      waiting_for="one process to stay up for $stable_seconds s"
    fi
    # -gt and not -ge: both ends are whole seconds.
    if [ -n "$pid" ] && { [ "$stable_seconds" -eq 0 ] || [ $(($(now) - since)) -gt "$stable_seconds" ]; }; then
      if healthy && [ "$(service_pid)" = "$pid" ]; then return 0; fi
    fi
    if service_gave_up; then
      warn "$title does not run: $gave_up"
      return 1
    fi
    if [ "$(now)" -ge "$give_up" ]; then
      warn "$title is not healthy after $timeout_seconds s; still waiting for $waiting_for"
      return 1
    fi
    nap
  done
}

# --- what changes something: the same commands as hermes-install itself runs -------------------------------------------
manager_reload() {
  run 'systemd reads its unit files again' systemctl --user daemon-reload || return
}
manager_enable() {
  run 'start at login' systemctl --user enable minimal.service || return
}
manager_disable() {
  run 'no longer start by itself' systemctl --user disable minimal.service || return
}
manager_start() {
  run 'start the service' systemctl --user start minimal.service || return
}
manager_restart() {
  run 'start the service with what has changed' systemctl --user restart minimal.service || return
}
manager_stop() {
  run 'stop the service' systemctl --user stop minimal.service || return
}
manager_resetFailed() {
  run 'forget earlier failures and the delays they led to' systemctl --user reset-failed minimal.service || return
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
touched() { [ -e "$undo/touched" ]; }

service_observe() {
  case $(unit_file_state "$unit") in
    masked*) die 1 "$unit is masked. Unmask it first: $(quoted_manager) unmask $unit" ;;
  esac
}

nothing_to_replace() { :; }

service_settled() {
  [ "$(property NeedDaemonReload)" = no ] && [ "$(property ActiveState)" = active ] || return 1
  if [ "$autostart" = yes ]; then is_enabled "$unit" || return 1; else ! is_enabled "$unit" || return 1; fi
  [ "$linger" = no ] || is_lingering || return 1
  nothing_to_replace
}

# Before anything is touched: if this user may not, it is said with nothing to take back.
service_prepare() { [ "$linger" = no ] || linger_on; }

service_note() {
  if is_live "$unit"; then note active; fi
  if is_enabled "$unit"; then note enabled; fi
}

service_stop_replaced() {
  :
}
disable_replaced() {
  :
}
enable_replaced() {
  :
}
start_replaced() {
  :
}

service_apply() {
  # Before enable: a unit that the manager has not read yet is enabled by its old [Install] section.
  if [ -n "$altered$unfinished" ] || [ "$(property NeedDaemonReload)" = yes ]; then manager_reload || return; fi
  if [ "$autostart" = yes ]; then
    is_enabled "$unit" || manager_enable || return
  else
    ! is_enabled "$unit" || manager_disable || return
  fi
  # Not before: whatever happens until then, one of the two starts at the next boot.
  disable_replaced || return
  if [ -z "$altered$unfinished" ] && [ "$(property ActiveState)" = active ]; then return 0; fi
  : >"$undo/touched"
  if is_live "$unit"; then
    manager_restart
  else
    # A unit that has failed too often refuses to start until that is forgotten.
    if [ "$(property ActiveState)" = failed ]; then manager_resetFailed || :; fi
    manager_start
  fi
}

service_roll_back() {
  back=0
  # First: as on the way there, one of the two starts at the next boot, whatever happens.
  enable_replaced || back=1
  if ! noted active && is_live "$unit"; then manager_stop || back=1; fi
  # While the unit is still there: systemctl reads its [Install] section to know which links to remove.
  if ! noted enabled && is_enabled "$unit"; then manager_disable || back=1; fi
  put_back || back=1
  manager_reload || back=1
  if noted enabled && ! is_enabled "$unit"; then manager_enable || back=1; fi
  if touched && noted active; then
    manager_resetFailed >/dev/null 2>&1 || :
    manager_restart || back=1
  elif [ "$(property ActiveState)" = failed ]; then
    manager_resetFailed || :
  fi
  start_replaced || back=1
  return "$back"
}

service_leave() {
  # Only a run that got to its end may leave lingering on.
  if [ "$code" -ne 0 ] && [ -n "$linger_is_new" ]; then manager_lingerOff && rm -f "$state/linger"; fi
}
service_pid() { property MainPID | sed '/^0$/d'; }
gave_up=
service_gave_up() {
  gave_up="$unit is $(property ActiveState) ($(property Result))"
  [ "$(property ActiveState)" = failed ]
}
service_logs() {
  :
  journalctl --user --unit minimal.service --lines 20 --no-pager --output cat 2>/dev/null || :
}

# --- the install itself, the same for every service manager ------------------------------------------------------------
# The platform's part, above, has: service_ready (may this run here at all), service_observe, service_settled, service_note,
# service_stop_replaced, service_apply, service_roll_back, service_pid, service_gave_up, service_logs.
acting=     # an exit from here on puts things back, if there is an undo folder
changed=    # the files that are to be written, or removed
altered=    # those of them whose text differs: what the running service has read
unfinished= # an earlier run was killed half-way
remember=
state_parents=

on_exit() {
  code=$?
  # Nothing may interrupt the way back.
  trap '' INT TERM HUP
  trap - EXIT
  set +e
  [ -z "$temporary" ] || rm -f "$temporary"
  undo=$state/undo
  if [ -n "$acting" ] && [ -d "$undo" ]; then
    code=1
    roll_back
  fi
  service_leave
  rm -rf "$state/undo.new"
  unlock
  # After a first install that failed, not even our own folder is left.
  if [ "$code" -ne 0 ] && [ -n "$state_parents" ]; then
    printf '%s' "$state_parents" | remove_directories
  fi
  exit "$code"
}

roll_back() {
  warn "Failed. The last lines of the log:"
  service_logs >&2
  warn "Putting back what was there before:"
  rolled=0
  service_roll_back || rolled=1
  if [ "$rolled" -eq 0 ]; then
    rm -rf "$undo"
    warn "Everything is as it was before."
  else
    warn "Not all of it could be put back. What was there is kept in $undo; run this again to finish the work."
  fi
}

open_state() {
  directory=$state
  while [ ! -d "$directory" ]; do
    state_parents="$directory
$state_parents"
    directory=$(dirname "$directory")
  done
  [ -w "$directory" ] || die 4 "cannot write in $directory. Run: sudo sh $(quoted "$here/install.sh")"
  make_directory "$state" || die 1 "cannot make $state"
}

look_at_file() {
  if is_current "$@"; then return 0; fi
  # Wrong rights alone are put right without a restart.
  cmp -s "$here/$1" "$2" 2>/dev/null || altered="$altered$2
"
  changed="$changed$2
"
  nearest_writable "$(dirname "$2")" || die 4 "cannot write $2. Run: sudo sh $(quoted "$here/install.sh")"
}
is_altered() { printf '%s' "$altered" | grep -Fqx -- "$1"; }
is_changed() { printf '%s' "$changed" | grep -Fqx -- "$1"; }

place_if_changed() {
  if is_changed "$2" || ! is_current "$@"; then
    say "  write $2"
    keep_original "$2" "$5" && place "$1" "$2" "$3" "$4" || die 1 "cannot write $2"
  fi
}

# Files of an earlier install that this one no longer has.
each_obsolete() { # CALLBACK
  [ -f "$state/files" ] || return 0
  while IFS= read -r obsolete; do
    known=
    each_file compare_target
    if [ -z "$known" ] && [ -f "$obsolete" ]; then "$1" "$obsolete"; fi
  done <"$state/files"
}
compare_target() { if [ "$2" = "$obsolete" ]; then known=yes; fi; }
count_obsolete() { changed="$changed$1
"; }
remove_obsolete() {
  say "  remove $1, which is no longer part of it"
  keep_original "$1" yes && rm -f "$1" || die 1 "cannot remove $1"
}

each_directory() { # CALLBACK
  :
  "$1" /home/user/.local/state/hermes-install ''
  "$1" /home/user/.local/state/hermes-install/state ''
}
missing_directory=
look_at_directory() { if [ ! -d "$1" ]; then missing_directory=yes; fi; }
make_if_missing() {
  [ ! -d "$1" ] || return 0
  say "  make $1"
  make_directory "$1" || die 1 "cannot make $1"
  [ -z "$2" ] || chown "$2" "$1" || die 1 "cannot give $1 to $2"
}

install() {
  check_rights install.sh
  each_file check_file
  [ -r "$here/manifest.json" ] || die 1 "$here/manifest.json is missing: this folder is not complete"
  if [ -f "$state/label" ] && [ "$(cat "$state/label")" != "$label" ]; then
    die 1 "$title is installed as $(cat "$state/label") and would now be $label. Uninstall it first, with the scripts it was installed with."
  fi

  # A signal by itself would end the shell without its EXIT trap (dash); `exit` in a trap runs it.
  trap on_exit EXIT
  trap 'warn "Interrupted."; exit 1' INT TERM HUP
  open_state
  lock
  service_ready

  rm -rf "$state/previous.new" # of a commit that was cut short
  if [ -d "$undo" ]; then
    unfinished=yes
    say "An earlier run was cut short; finishing its work."
    each_file sweep
  fi
  each_file look_at_file
  each_obsolete count_obsolete
  each_directory look_at_directory
  service_observe
  if [ -z "$changed$missing_directory$unfinished" ] && service_settled; then
    say "$title is installed and running: nothing to do."
    exit 0
  fi

  say "Installing $title ($label, $scope)"
  service_prepare
  acting=yes
  if [ -z "$unfinished" ]; then
    # With all its facts or not at all: a run that is killed here must not leave half of them.
    rm -rf "$undo.new"
    wanted=$undo
    undo=$undo.new
    (umask 077 && mkdir "$undo") && : >"$undo/facts" && service_note
    cp "$here/manifest.json" "$undo/manifest.json"
    mv "$undo" "$wanted"
    undo=$wanted
  fi
  if [ -n "$unfinished" ]; then cp "$here/manifest.json" "$undo/manifest.new" && mv -f "$undo/manifest.new" "$undo/manifest.json"; fi
  remember=$undo/directories

  service_stop_replaced || die 1 "cannot stop what it replaces"
  each_directory make_if_missing
  each_file place_if_changed
  each_obsolete remove_obsolete
  service_apply || exit 1
  wait_for_health || exit 1
  commit
  say "$title is installed and running."
}

if [ $# -gt 0 ]; then die 2 "usage: sh install.sh"; fi
install
