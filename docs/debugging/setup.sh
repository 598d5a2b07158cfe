#!/bin/sh
# A pretend installer that, some day, asks one question more. Installs nothing.

printf 'Install into which folder? [/opt] '
read -r folder || exit 1
printf '\033[1mUnpacking\033[0m 3 files\n'
printf '\033[33mOverwrite 3 files in %s? [y/N]\033[0m ' "${folder:-/opt}"
read -r answer || exit 1
case $answer in
    y) echo "installed in ${folder:-/opt}" ;;
    *) echo 'nothing was installed' && exit 1 ;;
esac
