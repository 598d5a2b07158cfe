#!/bin/sh
# Waits for a person: asks for a name until there is one, then greets and ends.

printf '\033[35mThis pane waits for you: step in with Enter, out with Ctrl-].\033[0m\n\n'
name=
while [ -z "$name" ]; do
    printf '\033[1mWhat is your name?\033[0m '
    read -r name || exit 1
done
printf '\n%s, \033[1;32m%s\033[0m! 👋\n' "${GREETING:-Hello}" "$name"
