# shellcheck shell=bash
# Sourced by setup.sh: the systemd bed. What systemd/box.sh needs on the host, and one Debian root for each systemd version.

setup_systemd() {
  step 'systemd: packages' apt_install util-linux systemd dbus dbus-user-session libpam-systemd procps mmdebstrap
  # systemd 252 is the host's own root when the host has it (systemd.ts decides the same way).
  [ "$(host_systemd)" = 252 ] || systemd_root 252 bookworm
  systemd_root 254 bookworm-backports
  systemd_root 257 trixie
  setup_units
}

host_systemd() { systemctl --version | awk 'NR == 1 { print $2 }'; }

systemd_root() { # VERSION SUITE
  local dest=$BEDS/roots/$1
  [ -d "$dest" ] && return # the build moves it here when it is whole
  step "systemd: root $1 ($2)" build_systemd_root "$1" "$2" "$dest"
}

build_systemd_root() { # VERSION SUITE FOLDER MORE_PACKAGES...
  local version=$1 suite=$2 dest=$3 part=$3.part more
  local key=/usr/share/keyrings/debian-archive-keyring.gpg uri base lines extra=() pin
  more=$(printf ',%s' "${@:4}")
  [ $# -gt 3 ] || more=''
  mkdir -p "$(dirname "$dest")"
  uri=$(mirror)
  base=$suite
  lines=("deb [signed-by=$key] $uri $suite main")
  if [ "$suite" = bookworm-backports ]; then
    base=bookworm
    lines=("deb [signed-by=$key] $uri bookworm main" "${lines[@]}")
    # Backports rank below stable unless pinned (apt_preferences(5)); raise systemd's own packages only.
    pin=$BEDS/roots/backports.pin
    mkdir -p "$BEDS/roots"
    printf '%s\n' 'Package: systemd* libsystemd* libpam-systemd libudev1 udev libnss-systemd' \
      'Pin: release n=bookworm-backports' 'Pin-Priority: 900' >"$pin"
    extra=(--setup-hook="mkdir -p \"\$1/etc/apt/preferences.d\" && cp '$pin' \"\$1/etc/apt/preferences.d/backports\"")
  fi
  retry fresh_mmdebstrap "$part" "$more" "${extra[@]}" "$base" "$part" "${lines[@]}"
  [ "$(chroot "$part" systemctl --version | awk 'NR == 1 { print $2 }')" = "$version" ] || { echo "$suite does not carry systemd $version"; return 1; }
  mv "$part" "$dest"
}

fresh_mmdebstrap() { # PARTIAL MORE_PACKAGES ARGS...
  rm -rf "$1"
  mmdebstrap --quiet --mode=root --variant=apt \
    --include=systemd,systemd-sysv,dbus,dbus-user-session,libpam-systemd,procps,passwd,util-linux,mount,libnss-systemd"$2" \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
    --aptopt='APT::Install-Recommends "0"' --aptopt='Acquire::Languages "none"' --aptopt='Acquire::Retries "3"' "${@:3}"
}
