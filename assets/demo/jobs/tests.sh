#!/bin/sh
# Pretends to run 60 tests, one of which fails.

sleep 1
test=1
while [ "$test" -le 60 ]; do
    if [ "$test" -eq 17 ]; then
        printf '\033[1;31mFAIL\033[0m case 17\n     expected 4, got 5\n'
    else
        printf '\033[32mok\033[0m   case %d\n' "$test"
    fi
    test=$((test + 1))
done
printf '\n\033[1;31m1 of 60 tests failed.\033[0m\n'
exit 1
