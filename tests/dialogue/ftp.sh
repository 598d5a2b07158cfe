#!/bin/sh
# A stand-in for a line-mode ftp client: asks for a name and a password, then takes commands.
# FTP_MODE=refused ends at once, as when no server listens; FTP_MODE=silent never answers.
case "${FTP_MODE:-}" in
refused)
    echo 'ftp: connect: Connection refused'
    exit 1
    ;;
silent)
    printf 'Connecting to example.org'
    read -r nothing
    exit 1
    ;;
esac
echo 'Connected to example.org.'
printf 'Name (example.org:me): '
read -r name
stty -echo
printf 'Password:'
read -r password
stty echo
echo
if [ "$name/$password" != anonymous/guest ]; then
    echo '530 Login incorrect.'
    exit 2
fi
echo '230 Login successful.'
while printf 'ftp> ' && read -r command rest; do
    case "$command" in
    put) echo "226 Transfer of $rest complete." ;;
    bye)
        echo '221 Goodbye.'
        exit 0
        ;;
    *) echo "?Invalid command $command" ;;
    esac
done
echo
exit 3
