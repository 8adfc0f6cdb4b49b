#!/bin/sh
# What the caller of a setuid program may decide for the library in it: nothing. As root:
# privileged.sh CLIENT LIBRARY HTTP_MODULE
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
chmod 755 "$folder"
cp -L "$1" "$folder/client"
cp -L "$2" "$folder/libpgiam.so.1"
mkdir -p "$folder/pgiam" "$folder/home/.aws" "$folder/home/.config/pgiam"
cp -L "$3" "$folder/pgiam/libpgiam-http.so"
chmod 4755 "$folder/client"
keys='AWS_ACCESS_KEY_ID=AKIAEXAMPLEEXAMPLE12 AWS_SECRET_ACCESS_KEY=secret'
printf '[default]\naws_access_key_id = AKIAEXAMPLEEXAMPLE12\naws_secret_access_key = secret\n' >"$folder/home/.aws/credentials"
printf '[default]\ncredential_process = touch %s/ran\n' "$folder/home" >"$folder/home/.aws/config"
printf '[defaults]\npassword_file = /etc/shadow\n' >"$folder/home/.config/pgiam/pgiam.conf"
chown -R 65534 "$folder/home"
before=$(find "$folder/home" | sort)

# expect STATUS VARIABLE=VALUE…; without a network, in which an instance's role could be found.
expect() {
  status=$1
  shift
  answer=$(unshare --net env -i HOME="$folder/home" "$@" setpriv --reuid=65534 --clear-groups "$folder/client" "$folder/libpgiam.so.1")
  case $answer in
    "$status "*) ;;
    *) echo "$*: $answer" && exit 1 ;;
  esac
}

none=200 # PGIAM_E_NO_CREDENTIALS
expect $none A=1
# shellcheck disable=SC2086
expect $none $keys
expect $none PGIAM_PASSWORD_FILE=/etc/shadow
expect $none PGIAM_CONFIG="$folder/home/.config/pgiam/pgiam.conf"
expect $none AWS_SHARED_CREDENTIALS_FILE="$folder/home/.aws/credentials" AWS_CONFIG_FILE="$folder/home/.aws/config"
expect $none AWS_WEB_IDENTITY_TOKEN_FILE=/etc/shadow AWS_ROLE_ARN=arn:aws:iam::123456789012:role/app \
  AWS_ENDPOINT_URL_STS=http://127.0.0.1:1 AWS_REGION=eu-west-1
expect $none AWS_CONTAINER_CREDENTIALS_FULL_URI=http://127.0.0.1:1/ AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=/etc/shadow
expect 102 SSLKEYLOGFILE="$folder/home/keys" # libcurl would write there
test "$(find "$folder/home" | sort)" = "$before"
