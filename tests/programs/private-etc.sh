#!/bin/sh
# Runs a command, as root, with an /etc of its own in which the user `tester` (uid 12345) has a
# password and may use sudo. Usage: private-etc.sh FOLDER HASH COMMAND…
set -eu
folder=$1
hash=$2
shift 2
if [ ! -e "$folder/etc/ready" ]; then
    mkdir -p "$folder/etc" "$folder/home"
    cp -a /etc/. "$folder/etc/"
    echo "tester:x:12345:12345:Tester:$folder/home:/bin/sh" >>"$folder/etc/passwd"
    echo "tester:x:12345:" >>"$folder/etc/group"
    echo "tester:$hash:19000:0:99999:7:::" >>"$folder/etc/shadow"
    rm -f "$folder/etc/sudoers.d/"*
    printf 'Defaults !lecture, timestamp_timeout=0, passwd_tries=3\ntester ALL=(ALL) ALL\n' >"$folder/etc/sudoers"
    chmod 440 "$folder/etc/sudoers"
    chown -R 12345:12345 "$folder/home"
    : >"$folder/etc/ready"
fi
export folder
exec unshare --mount sh -c '
    mount --bind "$folder/etc" /etc
    mkdir -p /run/sshd
    exec "$@"' sh "$@"
