#!/usr/bin/env bash
# setup.sh [systemd|wine|macos|fleet|all]: builds the test beds under ${HERMES_INSTALL_BEDS:-/var/tmp/hermes-install-beds}.
# Run as root on Debian. What is already there is kept, so a rerun takes seconds. See README.md beside this file.
# shellcheck source-path=SCRIPTDIR
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export HERE BEDS
BEDS=${HERMES_INSTALL_BEDS:-/var/tmp/hermes-install-beds}

# shellcheck source=setup/common.sh
. "$HERE/setup/common.sh"
# shellcheck source=setup/systemd.sh
. "$HERE/setup/systemd.sh"
# shellcheck source=setup/units.sh
. "$HERE/setup/units.sh"
# shellcheck source=setup/wine.sh
. "$HERE/setup/wine.sh"
# shellcheck source=setup/macos.sh
. "$HERE/setup/macos.sh"
# shellcheck source=setup/fleet.sh
. "$HERE/setup/fleet.sh"

which=${1:-all}
case $which in
  systemd | wine | macos | fleet) beds=("$which") ;;
  all) beds=(systemd wine macos fleet) ;;
  *) die "usage: setup.sh [systemd|wine|macos|fleet|all]" ;;
esac
[ "$(id -u)" = 0 ] || die "setup.sh must run as root (it makes chroots and mounts)"
command -v apt-get >/dev/null || die "setup.sh needs a Debian machine (apt-get is missing)"
[ "$(dpkg --print-architecture)" = amd64 ] || die "the beds are built of amd64 programs; this machine is $(dpkg --print-architecture)"

mkdir -p "$BEDS"
exec 9>"$BEDS/.lock"
flock 9 # two setups at once would build the same folders

for bed in "${beds[@]}"; do "setup_$bed"; done
