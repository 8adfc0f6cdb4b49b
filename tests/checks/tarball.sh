#!/usr/bin/env bash
# The tarball of a release, of this build's objects: what can be shipped, the same bytes twice, and that it works where it is unpacked.
# tarball.sh SOURCE BUILD LIBDIR
set -euo pipefail
release=$1/sdk/release build=$2 libdir=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "$*"; exit 1; }
export PGIAM_RELEASE_WORK=$work/release SOURCE_DATE_EPOCH=1700000000

DESTDIR=$work cmake --install "$build" --prefix /tree --strip >"$work/install.log"
tree=$work/tree
"$release/check" "$tree" --glibc any || fail "this tree is not to be shipped"

echo "== what is not to be shipped is named"
mkdir "$work/bad"
ln -s /usr/lib/libpq.so.5 "$work/bad/absolute"
"${CC:-cc}" -shared -fPIC -o "$work/bad/libpgiam-http.so" -Wl,-rpath,/nowhere/lib -Wl,-z,execstack,-z,norelro -Wl,--no-as-needed -lpq -xc - \
  <<<'int stray(void) { return 0; } const char *place(void) { return "'"$1"'/plugin/x"; }'
cp "$tree/bin/pgiam" "$work/bad"
"${CC:-cc}" -no-pie -o "$work/bad/pgiam-fixed" -xc - <<<'int main(void) { return 0; }'
cp "$tree/$libdir/pgiam/libpgiam-examine.so" "$work/bad"
printf '\267' | dd of="$work/bad/libpgiam-examine.so" bs=1 seek=18 conv=notrunc status=none  # says that it is for arm64
if "$release/check" "$work/bad" --glibc 2.0 >"$work/faults"; then fail "nobody complains"; fi
if "$release/check" "$work/bad" --glibc none | sed 's/^/for musl: /' >>"$work/faults"; then fail "glibc is taken for musl"; fi
while read -r words; do
  grep -qF -- "$words" "$work/faults" || { cat "$work/faults"; fail "there is no complaint: $words"; }
done <<END_OF_WORDS
absolute is a link to /usr/lib/libpq.so.5
libpgiam-http.so needs libpq.so.5
libpgiam-http.so has the run path /nowhere/lib
libpgiam-http.so exports stray
libpgiam-http.so does not export pgiam_http_module_get
libpgiam-http.so is not stripped
libpgiam-http.so wants a stack that can be executed
libpgiam-http.so leaves its table of functions writable
libpgiam-http.so is compiled without -fstack-protector-strong
libpgiam-http.so holds a path of the machine that built it: $1/plugin/x
pgiam needs GLIBC_2
pgiam-fixed is loaded at a fixed address
for musl: pgiam needs libc.so.6
for musl: pgiam needs GLIBC_2
$([ "$(uname -m)" != x86_64 ] || printf '%s\n' "libpgiam-examine.so has segments at multiples of 0x1000" "objects are for different machines: libpgiam-examine.so")
END_OF_WORDS

echo "== the same bytes"
mkdir "$work/first" "$work/second"
"$release/pack" "$tree" pgiam-test "$work/first"
find "$tree" -exec touch -h -d 2001-01-01 {} +
(umask 077 && "$release/pack" "$tree" pgiam-test "$work/second")
cmp "$work/first/pgiam-test.tar.gz" "$work/second/pgiam-test.tar.gz"

echo "== where it is unpacked"
rm -rf "$tree"
mkdir "$work/any where"
tar -xzf "$work/first/pgiam-test.tar.gz" -C "$work/any where"
[ "$(ls "$work/any where")" = pgiam-test ] || fail "the tarball holds more than its folder"
mv "$work/any where/pgiam-test" "$work/opt"
run() { env -i HOME="$work" PATH="$PATH" AWS_ACCESS_KEY_ID=akid AWS_SECRET_ACCESS_KEY=secret "$work/opt/bin/pgiam" "$@"; }
run version
host=orders.c9akciq32xyz.eu-west-1.rds.amazonaws.com
[[ $(run token --host $host --user app) == "$host:5432/?Action=connect&"* ]] || fail "no token"
run ca show | grep "Amazon RDS" >/dev/null || fail "no certificate authorities"
preloaded=$(run exec --filter -- env | sed -n 's/^LD_PRELOAD=//p')
[ "$preloaded" = "$work/opt/$libdir/libpgiam-libpq.so:$work/opt/$libdir/pgiam/filter/libpq.so.5" ] || fail "exec preloads $preloaded"
psql=(psql -X "host=$host user=app connect_timeout=1" -c 'SELECT 1')
for preload in "${preloaded%:*}" "$preloaded"; do
  if env -i HOME="$work" PATH="$PATH" AWS_ACCESS_KEY_ID=akid LD_PRELOAD="$preload" "${psql[@]}" 2>"$work/why"; then fail "no key, and a login"; fi
  grep -q "AWS_SECRET_ACCESS_KEY is not" "$work/why" || { cat "$work/why"; fail "LD_PRELOAD=$preload: psql does not go through pgiam"; }
done
