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
$libdir/libpgiam.so
$libdir/libpgiam.so.1
$libdir/pkgconfig/pgiam.pc
$libdir/cmake/pgiam/pgiamConfig.cmake
$libdir/cmake/pgiam/pgiamConfigVersion.cmake
include/pgiam.h
include/pgiam.hpp
share/doc/pgiam/LICENSE
END
[ $missing -eq 0 ]
if grep -rlF -e "$source" -e "$build" -e "$work" "$prefix/$libdir/cmake" "$prefix/$libdir/pkgconfig"; then
  echo "the files above hold a path of the machine that built them"; exit 1
fi

cp -r "$source/sdk/examples" "$work/examples"
cmake -S "$work/examples" -B "$work/with_cmake" -DCMAKE_PREFIX_PATH="$prefix" >/dev/null
cmake --build "$work/with_cmake" >/dev/null

export PKG_CONFIG_PATH=$prefix/$libdir/pkgconfig
read -ra flags < <(pkg-config --cflags --libs pgiam)
"${CC:-cc}" "$work/examples/token.c" "${flags[@]}" -Wl,-rpath,"$prefix/$libdir" -o "$work/with_pkg_config"

host=orders.c9akciq32xyz.eu-west-1.rds.amazonaws.com
for program in "$work/with_cmake/token" "$work/with_cmake/token_cpp" "$work/with_pkg_config"; do
  token=$(env -i HOME="$work" AWS_ACCESS_KEY_ID=akid AWS_SECRET_ACCESS_KEY=secret "$program" $host peccy) ||
    { echo "${program#"$work/"} failed with $?"; exit 1; }
  case $token in
    "$host:5432/?Action=connect&DBUser=peccy&X-Amz-"*) ;;
    *) echo "${program#"$work/"}: not a token: $token"; exit 1 ;;
  esac
done
