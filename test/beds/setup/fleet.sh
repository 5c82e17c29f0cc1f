# shellcheck shell=bash
# Sourced by setup.sh: the fleet bed. Debian's Ansible on the host, and hosts that it can reach: boxes with an sshd, a sudo and a Python of their own. systemd 252 is the
# host's own root where the host has 252, as in the systemd bed. The Python of trixie (systemd 257) is newer than the Ansible of bookworm supports on a host.

# What every host of a fleet has. acl: Ansible hands files to an account that is not root with setfacl(1).
fleet_packages=(openssh-server sudo python3 acl)

setup_fleet() {
  step 'fleet: packages' install_without_start ansible ansible-lint iproute2 openssh-client "${fleet_packages[@]}"
  [ "$(host_systemd)" = 252 ] || fleet_root 252 bookworm
  fleet_root 254 bookworm-backports
}

# This machine itself shall not listen: neither now (policy-rc.d, see invoke-rc.d(8)) nor after a boot.
install_without_start() {
  local policy=/usr/sbin/policy-rc.d own=''
  if [ ! -e "$policy" ]; then
    own=yes
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 0755 "$policy"
  fi
  local had=0
  systemctl is-enabled --quiet ssh.service 2>/dev/null && had=1
  local code=0
  apt_install "$@" || code=$?
  [ -z "$own" ] || rm -f "$policy"
  [ "$had" = 1 ] || systemctl disable --quiet ssh.service 2>/dev/null || true
  return "$code"
}

fleet_root() { # VERSION SUITE
  [ -d "$BEDS/fleet/$1" ] && return
  step "fleet: root $1 ($2)" build_systemd_root "$1" "$2" "$BEDS/fleet/$1" "${fleet_packages[@]}"
}
