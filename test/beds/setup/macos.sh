# shellcheck shell=bash
# Sourced by setup.sh: the macOS bed. Apple's CFPropertyList parser (swift-corelibs CoreFoundation), which Debian trixie carries
# inside libswiftlang. The .debs are unpacked beside the system and run by their own ld.so, so the host may be older.

setup_macos() {
  step 'macos: packages' apt_install gcc libc6-dev dpkg apt
  local dir=$BEDS/macos
  [ -f "$dir/root/.complete" ] || step 'macos: CoreFoundation of trixie' unpack_corefoundation "$dir"
  fresh "$dir/stamp" "$HERE/macos/cfplutil.c" || step 'macos: cfplutil' build_cfplutil "$dir"
}

unpack_corefoundation() { # DIR
  local dir=$1 deb options
  rm -rf "$dir"
  mkdir -p "$dir"/{deb,lists/partial,cache,root}
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $(mirror) trixie main" >"$dir/sources.list"
  # An apt of its own: the host's lists, cache and dpkg state stay untouched.
  options=(-qq -o Dir::Etc::sourcelist="$dir/sources.list" -o Dir::Etc::sourceparts=/dev/null -o Dir::State::lists="$dir/lists"
    -o Dir::Cache="$dir/cache" -o Dir::State::status=/dev/null -o APT::Sandbox::User=root -o Debug::NoLocking=1
    -o Acquire::Languages=none -o Acquire::Retries=3)
  retry apt-get "${options[@]}" update
  cd "$dir/deb" || return
  retry apt-get "${options[@]}" download libswiftlang libc6 libstdc++6 libgcc-s1
  for deb in *.deb; do dpkg -x "$deb" "$dir/root"; done
  rm -rf "$dir/lists" "$dir/cache" "$dir/deb"
  touch "$dir/root/.complete"
}

build_cfplutil() { # DIR
  local dir=$1 root=$1/root ld libraries
  gcc -O1 -Wall -Werror -o "$dir/cfplutil.bin" "$HERE/macos/cfplutil.c" -ldl
  ld=$(find "$root" -name ld-linux-x86-64.so.2 | sed -n 1p)
  libraries=$root/usr/libexec/swift/lib/swift/linux:$root/usr/lib/x86_64-linux-gnu:$root/lib/x86_64-linux-gnu
  printf '#!/bin/sh\nexec %s --library-path %s %s "$@"\n' "$ld" "$libraries" "$dir/cfplutil.bin" >"$dir/cfplutil"
  chmod +x "$dir/cfplutil"
  stamp "$dir/stamp" "$HERE/macos/cfplutil.c"
}
