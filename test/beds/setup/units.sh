# shellcheck shell=bash
# Sourced by setup.sh: the units that Debian's packages ship, for the oracle of `import`. Nothing is installed: of each package, only its .service files are kept.

setup_units() {
  local dest=$BEDS/units
  [ -d "$dest" ] && return # the build moves it here when it is whole
  step 'units: .service files of Debian packages' build_units "$dest"
}

build_units() { # DEST
  local part=$1.part archive package
  rm -rf "$part"
  mkdir -p "$part/archives"
  # One that this release does not have is left out: the test wants hundreds of units, not these.
  mapfile -t packages < <(tr ' ' '\n' <"$HERE/units/packages" | sed '/^$/d' | xargs apt-cache policy | awk '/^[a-z0-9]/ { name = $1 } /Candidate:/ && $2 != "(none)" { sub(":", "", name); print name }')
  (cd "$part/archives" && retry apt-get download -qq "${packages[@]}")
  for archive in "$part"/archives/*.deb; do
    package=$(dpkg-deb --field "$archive" Package)
    mkdir -p "$part/$package"
    # tar ends with an error where a package has none.
    dpkg-deb --fsys-tarfile "$archive" | tar -x -C "$part/$package" --wildcards '*/systemd/system/*.service' '*/systemd/user/*.service' '*/systemd/system/*.conf' 2>/dev/null || true
    rmdir --ignore-fail-on-non-empty "$part/$package"
  done
  rm -rf "$part/archives"
  mv "$part" "$1"
}
