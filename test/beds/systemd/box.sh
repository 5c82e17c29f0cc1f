#!/usr/bin/env bash
# box.sh: boots a REAL systemd as PID 1 in namespaces of its own (no nspawn, no docker). Run as root; systemd.ts drives it.
#   box.sh start  STATE ROOT        ROOT (a folder, or /) is only ever used through a throw-away overlay; prints the system state
#   box.sh exec   STATE CMD...      runs CMD inside as root; working directory /, clean environment, stdio passes through
#   box.sh reboot STATE [powercut]  the overlay survives: proves that "enabled" survives a boot
#   box.sh stop   STATE             removes everything; also right after the box or its owner died
set -euo pipefail

command=$1 state=$2
self=$(readlink -f "$0")

boot() {
  rm -f "$state/leader"
  # The cgroup must be entered before unshare --cgroup: where a process is then becomes the root it sees (cgroup_namespaces(7)).
  # shellcheck disable=SC2016 # expanded by the inner bash
  env -i CGROUP="$(cat "$state/cgroup")" PATH=/usr/sbin:/usr/bin:/sbin:/bin setsid bash -c \
    'echo $$ >"$CGROUP/cgroup.procs"; exec unshare --fork --kill-child --pid --mount --uts --ipc --cgroup --net --propagation private bash "$1" init "$2"' \
    boot "$self" "$state/root" </dev/null >>"$state/console.log" 2>&1 &
  local unshare=$! leader='' system
  echo "$unshare" >"$state/unshare"
  for _ in $(seq 1000); do
    leader=$(pgrep -P "$unshare" || true)
    [ -n "$leader" ] && [ -S "/proc/$leader/root/run/systemd/private" ] && break
    kill -0 "$unshare" 2>/dev/null || { cat "$state/console.log" >&2; return 1; }
    sleep 0.01
  done
  echo "$leader" >"$state/leader"
  system=$("$self" exec "$state" systemctl is-system-running --wait || true)
  echo "$system"
  [ "$system" = running ] || [ "$system" = degraded ]
}

halt() { # poweroff | powercut
  local leader unshare signal=RTMIN+4 # SIGRTMIN+4 starts poweroff.target (systemd(1), SIGNALS)
  leader=$(cat "$state/leader" 2>/dev/null) && unshare=$(cat "$state/unshare") || return 0
  [ "$1" = poweroff ] || signal=KILL
  kill -s "$signal" "$leader" 2>/dev/null || true
  for _ in $(seq 500); do
    case $(awk '{ print $3 }' "/proc/$unshare/stat" 2>/dev/null) in '' | Z) return ;; esac
    sleep 0.02
  done
  kill -s KILL "$leader" 2>/dev/null || true
}

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
    lower=$3
    mkdir -p "$state"
    mount -t tmpfs -o mode=755 hermes-box "$state"
    mkdir "$state"/{upper,work,root}
    mount -t overlay overlay -o "lowerdir=$lower,upperdir=$state/upper,workdir=$state/work" "$state/root"
    etc=$state/root/etc
    # Only what Debian's packages start by themselves: nothing the machine's owner enabled, no hardware, no consoles.
    rm -rf "$etc"/systemd/system/*.wants "$etc"/rc[0-9S].d/S*
    mkdir -p "$etc/systemd/system"
    for unit in systemd-udevd.service systemd-udev-trigger.service systemd-modules-load.service systemd-networkd.service \
      systemd-timesyncd.service systemd-resolved.service getty.target console-getty.service; do
      ln -sfn /dev/null "$etc/systemd/system/$unit"
    done
    : >"$etc/fstab"
    tr -d - </proc/sys/kernel/random/uuid >"$etc/machine-id"
    echo hermes-box >"$etc/hostname"
    # A cgroup v2 subtree of our own; also beside v1, as on hybrid hosts.
    hierarchy=$(findmnt -n -t cgroup2 -o TARGET | sed -n 1p)
    if [ -z "$hierarchy" ]; then
      hierarchy=/run/hermes-box-cgroup2
      mkdir -p "$hierarchy"
      mount -t cgroup2 none "$hierarchy"
    fi
    echo "$hierarchy/hermes-box-$(basename "$state")" >"$state/cgroup"
    mkdir "$(cat "$state/cgroup")"
    boot
    ;;
  init) # PID 1 of the new namespaces
    cd "$state"
    mount --bind . .
    cd "$state"
    mount -t proc -o nosuid,nodev,noexec proc proc
    mount -t sysfs -o ro,nosuid,nodev,noexec sysfs sys
    mount -t cgroup2 -o nosuid,nodev,noexec cgroup2 sys/fs/cgroup
    mount -t tmpfs -o mode=755,nosuid tmpfs dev
    mkdir dev/pts dev/shm
    for node in null:1:3 zero:1:5 full:1:7 random:1:8 urandom:1:9 tty:5:0; do
      IFS=: read -r name major minor <<<"$node"
      mknod -m 666 "dev/$name" c "$major" "$minor"
    done
    mount -t devpts -o newinstance,ptmxmode=666,mode=620,gid=5 devpts dev/pts
    ln -s pts/ptmx dev/ptmx
    ln -s /proc/self/fd dev/fd
    ln -s fd/0 dev/stdin
    ln -s fd/1 dev/stdout
    ln -s fd/2 dev/stderr
    mount -t tmpfs -o mode=1777 tmpfs dev/shm
    mount -t tmpfs -o mode=755 tmpfs run
    mount -t tmpfs -o mode=1777 tmpfs tmp
    mkdir run/.old
    pivot_root . run/.old
    umount -l /run/.old
    exec env -i container=hermes-box PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
      /lib/systemd/systemd --system --unit=multi-user.target --log-target=journal
    ;;
  exec)
    shift 2
    # From outside its cgroup tree a process would show up as /../..; systemd then refuses to answer some calls.
    echo $$ >"$(cat "$state/cgroup")/init.scope/cgroup.procs" 2>/dev/null || true
    exec nsenter -t "$(cat "$state/leader")" -m -u -i -n -p -C -r -w env -i HOME=/root USER=root \
      PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 "$@"
    ;;
  reboot)
    halt "${3:-poweroff}"
    boot
    ;;
  stop)
    cgroup=$(cat "$state/cgroup" 2>/dev/null || true)
    halt powercut
    unmount "$state/root"
    unmount "$state"
    rmdir "$state"
    [ -z "$cgroup" ] || find "$cgroup" -depth -type d -exec rmdir {} + 2>/dev/null || true
    ;;
  *) exit 64 ;;
esac
