#!/bin/sh
# Installs heygen from a folder of releases: sh install.sh [--from URL|FOLDER] [--version vX.Y.Z] [--to FOLDER]
#
# The file is checked against its checksum and seen to start before it takes its place, ~/.local/bin/heygen unless
# --to says otherwise. Needs a POSIX shell, Python 3.9 or newer, and curl or wget for a URL.
set -eu

from=${HEYGEN_INSTALL_FROM:-}

fail() {
  printf 'install.sh: %s\n' "$1" >&2
  exit 1
}

# fetch NAME FILE: get a file of the folder of releases.
fetch() {
  case $from in
    https://* | http://127.0.0.1[:/]* | http://localhost[:/]*)
      if command -v curl >/dev/null 2>&1; then
        curl --fail --silent --show-error --location --proto-redir =https --output "$2" "$from/$1"
      elif command -v wget >/dev/null 2>&1; then
        fetch_with_wget "$from/$1" "$2"
      else
        fail "curl or wget is needed to fetch $from/$1"
      fi || fail "cannot fetch $from/$1"
      ;;
    *://*) fail "releases are fetched over https only, not from $from" ;;
    *) cp "$from/$1" "$2" || fail "cannot read $from/$1" ;;
  esac
}

# fetch_with_wget URL FILE: no wget can be told to follow redirects to https alone, so it has to show where it was led.
fetch_with_wget() {
  if ! wget -q -S -O "$2" "$1" 2>"$work/answers"; then
    cat "$work/answers" >&2
    return 1
  fi
  has_answer=''
  while read -r name value; do
    case $name in
      HTTP/*) has_answer=yes ;;
      [Ll][Oo][Cc][Aa][Tt][Ii][Oo][Nn]:*)
        value=${name#*:}$value
        case ${value%%:*} in
          "$value" | *[/?#]*) ;; # without a scheme it stays what it was
          [Hh][Tt][Tt][Pp][Ss]) ;;
          *) fail "releases are fetched over https only, and $1 redirects to $value" ;;
        esac
        ;;
    esac
  done <"$work/answers"
  [ -n "$has_answer" ] || fail "this wget does not show whether $1 redirects to plain http; install curl, or another wget"
}

checksum() {
  if command -v sha256sum >/dev/null 2>&1; then
    sha256sum "$1"
  elif command -v shasum >/dev/null 2>&1; then
    shasum -a 256 "$1"
  elif command -v openssl >/dev/null 2>&1; then
    openssl dgst -sha256 -r "$1"
  else
    fail "sha256sum, shasum or openssl is needed to check the file"
  fi
}

# A function, so that nothing runs before the whole script has arrived.
main() {
  version='' to=''
  while [ $# -gt 0 ]; do
    case $1 in
      --from | --version | --to)
        [ $# -gt 1 ] || fail "$1 needs a value"
        case $1 in --from) from=$2 ;; --version) version=$2 ;; --to) to=$2 ;; esac
        shift 2
        ;;
      -h | --help)
        printf 'usage: sh install.sh [--from URL|FOLDER] [--version vX.Y.Z] [--to FOLDER]\n'
        return
        ;;
      *) fail "unknown argument: $1" ;;
    esac
  done
  from=${from%/}
  [ -n "$from" ] || fail "give the location of the releases with --from or HEYGEN_INSTALL_FROM"
  if [ -z "$to" ]; then
    [ -n "${HOME:-}" ] || fail "HOME is not set; give the folder to install to with --to"
    to=$HOME/.local/bin
  fi

  work=$(mktemp -d "${TMPDIR:-/tmp}/heygen-install.XXXXXX") || fail "cannot create a temporary folder"
  new=''
  trap 'rm -rf "$work" ${new:+"$new"}' EXIT
  trap 'exit 130' HUP INT TERM

  if [ -z "$version" ]; then
    fetch latest "$work/latest"
    version=$(cat "$work/latest")
  fi
  case $version in
    v[0-9]*) ;;
    *) fail "a version begins with a v, as in v1.2.3, not: $version" ;;
  esac
  case $version in
    *[!0-9A-Za-z.+-]*) fail "this is not a version: $version" ;;
  esac

  fetch "$version/heygen.pyz" "$work/heygen.pyz"
  fetch "$version/checksums.txt" "$work/checksums.txt"
  expected=$(sed -n 's/^\([0-9a-f]\{64\}\)  heygen\.pyz$/\1/p' "$work/checksums.txt")
  [ ${#expected} -eq 64 ] || fail "checksums.txt must have exactly one entry for heygen.pyz"
  found=$(checksum "$work/heygen.pyz")
  [ "${found%% *}" = "$expected" ] || fail "the checksum of heygen.pyz is ${found%% *}, and the release says $expected"
  said=$(sh "$work/heygen.pyz" --version) || fail "heygen.pyz does not start here"
  [ "$said" = "heygen ${version#v}" ] || fail "heygen.pyz says that it is $said, not $version"

  mkdir -p "$to" || fail "cannot create $to"
  new=$to/.heygen.$$.new
  cp "$work/heygen.pyz" "$new" || fail "cannot write to $to"
  chmod 755 "$new"
  mv -f "$new" "$to/heygen" || fail "cannot write to $to"
  new=''
  printf 'Installed %s to %s\n' "$said" "$to/heygen"

  case :${PATH:-}: in
    *":$to:"*) ;;
    *)
      printf '%s is not on your PATH. Add this line to your shell'\''s profile (~/.profile, ~/.zprofile):\n' "$to"
      # shellcheck disable=SC2016
      printf '  export PATH="%s:$PATH"\n' "$to"
      ;;
  esac
}

main "$@"
