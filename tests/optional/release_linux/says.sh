# What scripts share that use what was unpacked into a folder, where tests/rds/run has set its variables, and its caller $RDS_MAX_TOKEN_AGE; sourced
# with FOLDER.
pgiam=$1/bin/pgiam
fail() { echo "FAILED: $*" >&2; exit 1; }
conninfo="host=$RDS_HOST hostaddr=$RDS_HOSTADDR port=$RDS_PORT user=$RDS_USER dbname=$RDS_DATABASE sslmode=verify-full sslrootcert=$RDS_CA"
says() { # WHAT WORDS COMMAND…
  local what=$1 words=$2 said; shift 2
  said=$("$@") || fail "$what: ended with $?"
  [ "$said" = "$words" ] || fail "$what: $said"
  echo "$what: $said"
}
"$pgiam" version
[[ $("$pgiam" token --host "$RDS_HOST" --port "$RDS_PORT" --user "$RDS_USER") == "$RDS_HOST:$RDS_PORT/?Action=connect&"* ]] || fail "no token"
"$pgiam" ca show | grep "Amazon RDS" >/dev/null || fail "no certificate authorities"
