#!/usr/bin/env bash
# Installs a build into an empty prefix, moves it, and builds and runs programs against it in the two
# ways of the README: find_package and pkg-config. install.sh SOURCE BUILD LIBDIR
set -euo pipefail
source=$1 build=$2 libdir=$3

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
DESTDIR=$work cmake --install "$build" --prefix /first >"$work/install.log"
prefix=$work/moved
mv "$work/first" "$prefix"

missing=0
while read -r file; do
  [ -e "$prefix/$file" ] || { echo "not installed: $file"; missing=1; }
done <<END
bin/pgiam
include/pgiam.h
include/pgiam.hpp
include/pgiam_conninfo.hpp
include/pgiam_libpq.h
include/pgiam_loader.h
$libdir/cmake/pgiam/pgiamConfig.cmake
$libdir/cmake/pgiam/pgiamConfigVersion.cmake
$libdir/libpgiam-libpq.so
$libdir/libpgiam-odbc.so
$libdir/libpgiam-odbca.so
$libdir/libpgiam.so
$libdir/libpgiam.so.1
$libdir/pgiam/libpgiam-examine.so
$libdir/pgiam/libpgiam-http.so
$libdir/pgiam/filter/elsewhere/libpq.so
$libdir/pgiam/filter/elsewhere/libpq.so.5
$libdir/pgiam/filter/libpq.so
$libdir/pgiam/filter/libpq.so.5
$libdir/pkgconfig/pgiam-libpq.pc
$libdir/pkgconfig/pgiam.pc
share/bash-completion/completions/pgiam
share/doc/pgiam/CHANGELOG.md
share/doc/pgiam/LICENSE
share/doc/pgiam/licences/README.md
share/fish/vendor_completions.d/pgiam.fish
share/man/man1/pgiam.1
share/man/man3/libpgiam.3
share/man/man5/pgiam.conf.5
share/pgiam/keeper/pgiam-keep.service
share/pgiam/pgiam_loader.c
share/pgiam/public-roots.pem
share/pgiam/rds-roots.pem
share/zsh/site-functions/_pgiam
$(cd "$build" && ls share/pgiam/pgiam-jdbc.jar 2>/dev/null)
END
[ $missing -eq 0 ]
if grep -rE "(^|[\"'=:; ])($source|$build|$work)/" "$prefix/$libdir/cmake" "$prefix/$libdir/pkgconfig"; then
  echo "the lines above hold a path of the machine that built them"; exit 1
fi

cp -r "$source/sdk/examples" "$work/examples"
cmake -S "$work/examples" -B "$work/with_cmake" -G Ninja -DCMAKE_PREFIX_PATH="$prefix" >/dev/null
cmake --build "$work/with_cmake" >/dev/null

export PKG_CONFIG_PATH=$prefix/$libdir/pkgconfig
mkdir "$work/with_pkg_config"
read -ra flags < <(pkg-config --cflags --libs pgiam)
"${CC:-cc}" "$work/examples/token.c" "${flags[@]}" -Wl,-rpath,"$prefix/$libdir" -o "$work/with_pkg_config/token"
read -ra flags < <(pkg-config --cflags pgiam libpq)
"${CC:-cc}" "$work/examples/plugin_host.c" "$prefix/share/pgiam/pgiam_loader.c" "${flags[@]}" -lpq -ldl \
  -o "$work/with_pkg_config/plugin_host"

read -ra flags < <(pkg-config --cflags --libs pgiam-libpq)
"${CC:-cc}" "$work/examples/query.c" "${flags[@]}" -Wl,-rpath,"$prefix/$libdir" -o "$work/with_pkg_config/query"

# run PROGRAM [VARIABLE=VALUE…] -- ARGUMENT…: in an environment that holds a pair of keys.
run() {
  local program=$1; shift
  local variables=()
  while [ "$1" != -- ]; do variables+=("$1"); shift; done; shift
  env -i HOME="$work" AWS_ACCESS_KEY_ID=akid AWS_SECRET_ACCESS_KEY=secret "${variables[@]}" "$program" "$@" ||
    { echo "${program#"$work/"} failed with $?" >&2; exit 1; }
}
host=orders.c9akciq32xyz.eu-west-1.rds.amazonaws.com
expect_token() {
  case $2 in
    "$host:5432/?Action=connect&DBUser=peccy&X-Amz-"*) ;;
    *) echo "${1#"$work/"}: not a token: $2"; exit 1 ;;
  esac
}
for program in "$work"/with_{cmake,pkg_config}/token "$work/with_cmake/token_cpp"; do
  expect_token "$program" "$(run "$program" -- $host peccy)"
done
for program in "$work"/with_{cmake,pkg_config}/plugin_host; do
  run "$program" PGIAM_LIBRARY="$prefix/$libdir/libpgiam.so.1" -- options | grep -q pgiam.profile ||
    { echo "${program#"$work/"} draws no dialog"; exit 1; }
  [ -z "$(run "$program" PGIAM_LIBRARY=/nowhere -- options 2>"$work/why")" ]
  grep -q /nowhere "$work/why" || { echo "${program#"$work/"} does not tell where it looked"; exit 1; }
done
for program in "$work"/with_{cmake,pkg_config}/query; do
  if env -i HOME="$work" AWS_ACCESS_KEY_ID=akid "$program" "host=$host user=peccy" "SELECT 1" 2>"$work/why"; then exit 1; fi
  grep -q "AWS_SECRET_ACCESS_KEY is not" "$work/why" ||
    { echo "${program#"$work/"} does not go through pgiam:"; cat "$work/why"; exit 1; }
done
expect_token bin/pgiam "$(run "$prefix/bin/pgiam" -- token --host $host --user peccy)"
