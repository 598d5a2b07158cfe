#!/bin/sh
# A pretend installer: asks three questions, then shows what it was told. Installs nothing.

bold=$(printf '\033[1m') dim=$(printf '\033[2m') green=$(printf '\033[32m')
cyan=$(printf '\033[36m') plain=$(printf '\033[0m')

printf '%s╭──────────────────────────────╮%s\n' "$cyan" "$plain"
printf '%s│%s  📦 %sdemo 1.0%s  ようこそ 欢迎  %s│%s\n' \
    "$cyan" "$plain" "$bold" "$plain" "$cyan" "$plain"
printf '%s╰──────────────────────────────╯%s\n\n' "$cyan" "$plain"
sleep 1

printf '%sInstall into which folder?%s [/opt] ' "$bold" "$plain"
read -r folder || exit 1
sleep 1
printf '%sWhich edition?%s (1) small (2) full: ' "$bold" "$plain"
read -r edition || exit 1
sleep 1
printf '%sDo you accept the license?%s [y/N] ' "$bold" "$plain"
read -r accepted || exit 1

case $accepted in
    [yY]*) ;;
    *)
        printf '\033[31mThe license was not accepted.%s\n' "$plain"
        exit 1
        ;;
esac

printf '\n'
for part in program manual examples; do
    printf '%s  ·%s copying the %s ' "$dim" "$plain" "$part"
    sleep 1
    printf '%s✓%s\n' "$green" "$plain"
done
printf '\n%sDone:%s edition %s in %s\n' "$green$bold" "$plain" "$edition" "${folder:-/opt}"
