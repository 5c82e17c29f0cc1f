# shellcheck shell=bash
# Sourced by setup.sh: steps with timings, apt, retries, the mirror.

die() {
  echo "FAILED  $*" >&2
  exit 1
}

# step NAME FUNCTION ARGS...: quiet on success (one line with seconds), the end of the log on failure.
# The function runs in a background subshell: inside `if function` bash would switch `set -e` off.
step() {
  local name=$1 start=$SECONDS log
  shift
  log=$(mktemp)
  ("$@" 9>&-) >"$log" 2>&1 &
  if wait $!; then
    printf 'ok %4ds  %s\n' $((SECONDS - start)) "$name"
    rm -f "$log"
  else
    tail -n 30 "$log" >&2
    die "$name (after $((SECONDS - start))s; whole log: $log)"
  fi
}

# retry COMMAND...: downloads only; mirrors hiccup.
retry() {
  local try
  for try in 1 2 3; do
    "$@" && return
    echo "attempt $try failed: $*" >&2
    sleep $((try * 3))
  done
  return 1
}

apt_install() {
  local missing=() package
  for package in "$@"; do
    # shellcheck disable=SC2016 # the field name is dpkg's, not ours
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
  done
  [ ${#missing[@]} = 0 ] && return
  retry apt-get -qq -o Acquire::Retries=3 update
  DEBIAN_FRONTEND=noninteractive retry apt-get -qq -y -o Acquire::Retries=3 install --no-install-recommends "${missing[@]}"
}

# The Debian mirror this machine's own apt uses: never a host name of ours.
mirror() {
  local uri
  uri=$(debian_uri)
  [ -n "$uri" ] || { # a new machine has no lists yet, and indextargets reads those
    retry apt-get -qq update >&2
    uri=$(debian_uri)
  }
  [ -n "$uri" ] || { echo "apt's sources name no Debian mirror" >&2; return 1; }
  echo "$uri"
}

# shellcheck disable=SC2016 # $(REPO_URI) is apt's own notation, see apt-get(8)
debian_uri() { apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' | sed -n 1p; }

# fresh STAMP FILE...: true when the stamp holds the hash of these files. stamp does the writing.
hash_of() { cat "$@" | sha256sum | cut -d' ' -f1; }
fresh() { [ -f "$1" ] && [ "$(cat "$1")" = "$(hash_of "${@:2}")" ]; }
stamp() { hash_of "${@:2}" >"$1"; }
