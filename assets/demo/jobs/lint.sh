#!/bin/sh
# Pretends to look for mistakes, and finds none.

echo 'Looking at 214 files ...'
sleep 1
printf '\033[32mNothing to complain about.\033[0m\n'
