#!/bin/sh
# A door with a lock: three prompts, of which the last one reads a password.

echo 'A door.'
printf '\033[1mknock?\033[0m '
read -r _ || exit 1
printf '(1) open (2) leave: '
read -r choice || exit 1
if [ "$choice" != 1 ]; then
    echo 'The door stays shut.'
    exit 0
fi
trap 'stty echo' EXIT
stty -echo
printf 'Password: '
read -r password || exit 1
stty echo
printf '\n\033[1;32mWelcome in.\033[0m That were %s characters.\n' "${#password}"
