# What the parts share that run what a release holds; sourced in the checkout's folder, with $part. Sets
#   kept      where what is built lies for the next run
#   work      a folder that goes when the part ends
skip() { echo "skipped: $1"; exit 77; }
fail() { echo "FAILED: $*" >&2; exit 1; }
kept=${PGIAM_RELEASE_WORK:-$PWD/build/optional/$(basename "$part")}
[ -z "${CI:-}" ] || skip "zig builds for half an hour: by hand, tests/run $(basename "$part")"
.ci/install build sdk/release/packages "$PWD/$part/packages" || skip "its Debian packages cannot be installed here"
work=$(mktemp -d)
trap 'rm -rf --one-file-system "$work"' EXIT
chmod 755 "$work"

# build_twice ARCH: built, checked and packed; and packed again, of the same objects (release_twice compiles twice); sets tarball.
build_twice() {
  local out why
  echo "== built, checked, and packed twice"
  for out in first second; do
    PGIAM_RELEASE_WORK=$kept sdk/release/build "$work/$out" "$1" || {
      why=$(sed -n "s/^$1: //p" "$work/$out/NOT-BUILT")
      [[ $why != *"failed with"* ]] || fail "$why"
      skip "$why"
    }
  done
  diff "$work/first/SHA256SUMS" "$work/second/SHA256SUMS" || fail "a second run gives other bytes"
  cat "$work/first/SHA256SUMS"
  tarball=$(ls "$work"/first/pgiam-*-"$1".tar.gz)
}

# enter_root SUITE COMMAND…: runs it in a root of Debian, which it sets root to, and unpacks the tarball there into /unpacked.
enter_root() {
  local suite=$1; shift
  root=${PGIAM_RELEASE_ROOTS:-$kept/roots}/$suite-${DEBIAN_ARCH:-$(dpkg --print-architecture)}
  mkdir -p "$root"
  ROOT=$root .ci/bare-debian "$suite" "$@" || return 1
  rm -rf "$root/unpacked"
  mkdir "$root/unpacked"
  tar -xzf "$tarball" -C "$root/unpacked" --strip-components 1
}

# A compiler for what is needed beside the release, with the headers that it was built with: zig cc -target …
zig() { ZIG_GLOBAL_CACHE_DIR=${ZIG_GLOBAL_CACHE_DIR:-$kept/zig-cache} "$(sdk/release/zig "$kept")" "$@"; }

# log_in COMMAND…: with an instance of the emulator, whose tokens soon die.
export RDS_MAX_TOKEN_AGE=10
log_in() { tests/rds/run --max-token-age $RDS_MAX_TOKEN_AGE --endpoint orders.c9akciq32xyz.eu-west-1.rds.amazonaws.com --user app -- "$@"; }
