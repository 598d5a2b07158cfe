#!/bin/sh
# Logs a line a second, in colours, for ten minutes, as a server does that is doing fine.

line=1
while [ "$line" -le 600 ]; do
    case $((line % 20)) in
        0) level='\033[1;31mERROR\033[0m' text="worker $((line % 3)) lost its connection" ;;
        7 | 13) level='\033[33mWARN \033[0m' text="request $line took $((line % 9 + 2)) s" ;;
        *) level='\033[32mINFO \033[0m' text="request $line answered in $((line * 7 % 90)) ms" ;;
    esac
    printf "\033[2m%s\033[0m $level %s\n" "$(date +%H:%M:%S)" "$text"
    line=$((line + 1))
    sleep 1
done
