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
