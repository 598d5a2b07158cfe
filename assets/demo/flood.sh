#!/bin/sh
# Prints 200,000 coloured lines as fast as the terminal takes them, then ends.

line=1
while [ "$line" -le 200000 ]; do
    printf '\033[3%dm%06d\033[0m the quick brown fox jumps over the lazy dog\n' \
        $((line % 7 + 1)) "$line"
    line=$((line + 1))
done
