#!/bin/sh
# Pretends to deploy: asks where, and once more whether that is meant.

echo 'Deploying build 42.'
printf 'Region? [north] '
read -r region || exit 1
printf 'Deploy %s to production? [y/N] ' "${region:-north}"
read -r sure || exit 1
case $sure in
    [yY]*) ;;
    *)
        echo 'Nothing was deployed.'
        exit 1
        ;;
esac
for step in uploading switching checking; do
    printf '%s ' "$step"
    sleep 1
    printf '\033[32m✓\033[0m\n'
done
printf '\033[1;32mBuild 42 is live.\033[0m\n'
