#!/bin/sh
# Draws progress bars in place, with CR, as downloaders do: three of them, 10 seconds each. They fit into a
# narrow pane: where a bar wraps, CR goes back to its last row only.

width=10
for name in kernel modules manual; do
    step=0
    while [ "$step" -le "$width" ]; do
        full= empty= count=0
        while [ "$count" -lt "$width" ]; do
            if [ "$count" -lt "$step" ]; then full="${full}█"; else empty="${empty}░"; fi
            count=$((count + 1))
        done
        printf '%-7s \033[32m%s\033[2;32m%s\033[0m %3d%%\r' \
            "$name" "$full" "$empty" $((step * 100 / width))
        [ "$step" -eq "$width" ] || sleep 1
        step=$((step + 1))
    done
    printf '\n'
done
