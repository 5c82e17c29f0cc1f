#!/usr/bin/env bash
# session.sh: a Windows machine of its own: the wine bed behind a throw-away overlay, in namespaces of its own. wine.ts drives it.
#   session.sh start  STATE ROOT   ROOT is only read; the wineserver stays up until stop, as services need
#   session.sh exec   STATE TIMEOUT_MS CODE_FILE INPUT OUTPUT FOLDER NAME=VALUE... -- PROGRAM ARGS...   runs a Windows program
#   session.sh reboot STATE        ends every Windows process; comes back like a boot: auto-start services run again
#   session.sh stop   STATE        removes everything; also right after the session or its owner died
# Files are named as inside. A Windows program's stdio must be files: on a Unix pipe node.exe dies with EBADF.
set -euo pipefail

command=$1 state=$2

inside() {
  nsenter -t "$(cat "$state/leader")" -m -p -r -w env -i PATH=/usr/bin:/bin HOME=/root XDG_RUNTIME_DIR=/tmp LANG=C.UTF-8 WINEPREFIX=/wp WINEDEBUG=-all \
    WINEDLLOVERRIDES='mscoree,mshtml=;winemenubuilder.exe=d;sc.exe,cscript.exe,wscript.exe,certutil.exe,powershell.exe,schtasks.exe,net.exe=n,b' "$@"
}

# Without a lasting wineserver services die with the last program.
boot_windows() { inside bash -c 'wineserver -p && timeout 120 wineboot' </dev/null >>"$state/console.log" 2>&1; }

# A process that has been killed may hold its files for a moment more: "target is busy".
unmount() {
  for _ in $(seq 250); do
    mountpoint -q "$1" || return 0
    umount "$1" 2>/dev/null || sleep 0.02
  done
  umount --lazy "$1"
}

case $command in
  start)
    root=$3
    mkdir -p "$state"
    mount -t tmpfs -o mode=755 hermes-wine "$state"
    mkdir "$state"/{upper,work,root}
    mount -t overlay overlay -o "lowerdir=$root,upperdir=$state/upper,workdir=$state/work" "$state/root"
    # PID 1 of the session: bash reaps what Wine leaves behind, and when it dies the kernel ends everything inside.
    # shellcheck disable=SC2016 # expanded by the inner bash
    setsid unshare --mount --propagation private --pid --fork --kill-child bash -c \
      'mount -t proc proc "$1/proc" && exec chroot "$1" bash -c "echo >/ready; while :; do sleep 1000 & wait; done"' \
      session "$state/root" </dev/null >>"$state/console.log" 2>&1 &
    unshare=$!
    for _ in $(seq 500); do
      [ -e "$state/root/ready" ] && break
      kill -0 "$unshare" || { cat "$state/console.log" >&2; exit 1; }
      sleep 0.01
    done
    pgrep -P "$unshare" >"$state/leader"
    boot_windows
    ;;
  exec)
    timeout=$3 code=$4 input=$5 output=$6 folder=$7
    shift 7
    variables=()
    while [ "$1" != -- ]; do
      variables+=("$1")
      shift
    done
    shift
    # launch.exe keeps the limit; timeout(1) is for the day Wine itself hangs.
    # shellcheck disable=SC2016 # expanded by the inner bash
    inside "${variables[@]}" bash -c 'cd "$1" && exec <"$2" >"$3" 2>&1 && shift 3 && exec timeout -k 2 "$@"' exec \
      "$folder" "$input" "$output" "$((timeout / 1000 + 30))" wine 'Z:\opt\win\launch.exe' "$code" "$timeout" "$@"
    ;;
  reboot)
    inside bash -c 'wineserver -k; wineserver -w'
    boot_windows
    ;;
  stop)
    leader=$(cat "$state/leader" 2>/dev/null || true)
    [ -z "$leader" ] || kill -s KILL "$leader" 2>/dev/null || true
    unmount "$state/root"
    unmount "$state"
    rmdir "$state"
    ;;
  *) exit 64 ;;
esac
