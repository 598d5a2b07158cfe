#!/bin/sh
# Pretends to save a database on another machine: asks for a password, as ssh does, until there is one.

trap 'stty echo' EXIT
echo 'Connecting to db1 ...'
sleep 1
stty -echo
password=
while [ -z "$password" ]; do
    printf "ops@db1's password: "
    read -r password || exit 1
    printf '\n'
    [ -n "$password" ] || echo 'Permission denied, please try again.'
done
stty echo
for table in users orders items; do
    sleep 1
    printf 'saving %s \033[32m✓\033[0m\n' "$table"
done
echo 'Backup done.'
