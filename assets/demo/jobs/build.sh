#!/bin/sh
# Pretends to build with every word that a compiler can say: prints as fast as it can, until it is stopped.

file=1
while :; do
    printf '\033[32mcc\033[0m -c src/part%d.c\n' "$file"
    file=$((file + 1))
done
