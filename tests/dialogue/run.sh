#!/bin/sh
# Drives the ftp dialogue as a pexpect script would: a list of patterns whose index tells what
# came, end of file, a timeout, and the exit status. Usage: run.sh MUXPECT FTP-PROGRAM
set -eu
muxpect=$1
ftp=$2

fail() {
    echo "FAIL: $1" >&2
    exit 1
}

# expect_index PANE: the index of what comes next.
expect_index() {
    "$muxpect" expect --json --eof --timeout "${2:-20s}" --on-timeout ok "$1" \
        'ame' 'assword' '(?m)^ftp> ' 'refused' |
        sed -n 's/^{"index":\([0-9]*\|null\),.*/\1/p'
}

# login PANE PASSWORD: goes on until the prompt, the end or a refusal; prints which.
login() {
    "$muxpect" run -d --name "$1" -- "$ftp" >/dev/null
    while :; do
        index=$(expect_index "$1")
        case "$index" in
        0) "$muxpect" send "$1" anonymous ;;
        1) "$muxpect" send "$1" "$2" ;;
        2) echo prompt; return ;;
        3) echo refused; return ;;
        4) echo eof; return ;;
        5) echo timeout; return ;;
        *) fail "unknown index '$index'" ;;
        esac
    done
}

status_of() {
    status=0
    "$muxpect" wait "$1" >/dev/null || status=$?
    echo "$status"
}

[ "$(login good guest)" = prompt ] || fail 'the right password leads to the prompt'
"$muxpect" send good 'put myfile'
[ "$("$muxpect" expect good 'Transfer of (\w+) complete')" = 'Transfer of myfile complete' ] ||
    fail 'the transfer is told'
"$muxpect" expect good --send bye '221 Goodbye' >/dev/null || fail 'bye is answered'
[ "$(status_of good)" = 0 ] || fail 'bye exits with 0'

[ "$(login wrong secret)" = eof ] || fail 'a wrong password ends the program'
[ "$(status_of wrong)" = 2 ] || fail 'a wrong password exits with 2'

FTP_MODE=refused
export FTP_MODE
[ "$(login refused guest)" = refused ] || fail 'a refusal is seen'
[ "$(status_of refused)" = 1 ] || fail 'a refusal exits with 1'

FTP_MODE=silent
"$muxpect" run -d --name silent -- "$ftp" >/dev/null
"$muxpect" expect silent 'Connecting' >/dev/null
[ "$(expect_index silent 200ms)" = 5 ] || fail 'silence is a timeout'
status=0
"$muxpect" expect silent --timeout 200ms never >/dev/null 2>&1 || status=$?
[ "$status" = 3 ] || fail 'an unawaited timeout exits with 3'
"$muxpect" send silent --eof
[ "$(status_of silent)" = 1 ] || fail 'end of file ends it'
status=0
"$muxpect" expect silent never >/dev/null 2>&1 || status=$?
[ "$status" = 4 ] || fail 'an ended pane exits with 4'

unset FTP_MODE
[ "$(login hangup guest)" = prompt ] || fail 'the second login works'
"$muxpect" send hangup --eof
[ "$(status_of hangup)" = 3 ] || fail 'end of file at the prompt exits with 3'
"$muxpect" down
echo 'the dialogue holds'
