#!/usr/bin/env bash
# verify.sh ROOT system|user PROGRAMS_FILE UNIT_FILE OTHER_UNIT_FILE...: `systemd-analyze verify` of UNIT_FILE, by the systemd of ROOT (a
# folder, or /). PROGRAMS_FILE: one path a line that shall exist and be executable. Works on an overlay that vanishes with this process.
set -euo pipefail
if [ "${IN_NAMESPACE:-}" != 1 ]; then
  IN_NAMESPACE=1 exec unshare --mount --propagation private bash "$0" "$@"
fi
lower=$1 scope=$2 programs=$3
shift 3

tmp=$(dirname "$programs")/overlay
mkdir "$tmp"
mount -t tmpfs tmpfs "$tmp"
mkdir "$tmp"/{upper,work,root}
root=$tmp/root
mount -t overlay overlay -o "lowerdir=$lower,upperdir=$tmp/upper,workdir=$tmp/work" "$root"
mount -t proc proc "$root/proc"
mount -t tmpfs tmpfs "$root/dev"
mknod -m 666 "$root/dev/null" c 1 3

while IFS= read -r program; do
  mkdir -p "$root$(dirname "$program")"
  [ -x "$root$program" ] || { echo '#!/bin/sh' >"$root$program"; chmod 755 "$root$program"; }
done <"$programs"

# Where the manager of that scope loads units from, so that units beside it (a .timer, a dependency) are found by name.
folder=/etc/systemd/$scope
mkdir -p "$root$folder" "$root/run/user/0"
cp "$@" "$root$folder/"
# --recursive-errors=one (>= 250) turns every warning about this unit into exit 1, and still fails on a missing Requires= (`no` does not).
exec chroot "$root" env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 XDG_RUNTIME_DIR=/run/user/0 \
  systemd-analyze "--$scope" verify --man=no --recursive-errors=one "$folder/$(basename "$1")"
