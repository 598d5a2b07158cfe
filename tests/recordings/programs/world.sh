#!/bin/sh
# Runs a command in a world of its own, for recordings: `unshare -m -u -p -f world.sh CMD...`.
#
# The machine's root is seen through an overlay that is thrown away, processes begin at 1, the host
# is called "box" and the home folder is /home/user, with a few files of fixed content.
set -eu

mount --make-rprivate /
mount -t tmpfs none /mnt
mkdir /mnt/upper /mnt/scratch /mnt/root
mount -t overlay none -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/scratch /mnt/root
mount -t proc none /mnt/root/proc
mount --rbind /dev /mnt/root/dev
mount -t tmpfs none /mnt/root/tmp
chmod 1777 /mnt/root/tmp
hostname box
home=/mnt/root/home/user
rm -rf "$home"
mkdir -p "$home/notes" "$home/src"
printf '127.0.0.1 localhost box\n' > /mnt/root/etc/hosts
printf 'box\n' > /mnt/root/etc/hostname

i=1
while [ "$i" -le 200 ]; do
    printf 'line %d: the quick brown fox jumps over the lazy dog, and over hill %d as well\n' "$i" $((i * i))
    i=$((i + 1))
done > "$home/notes/long.txt"
cat > "$home/src/ring.c" <<'END'
/* A ring buffer of characters. */
#include <stdio.h>
#include <string.h>

#define SIZE 16

struct ring {
    char data[SIZE];
    unsigned head, tail;
};

static int put(struct ring *ring, char c) {
    if (ring->head - ring->tail == SIZE)
        return 0; /* full */
    ring->data[ring->head++ % SIZE] = c;
    return 1;
}

static int get(struct ring *ring) {
    return ring->head == ring->tail ? EOF : ring->data[ring->tail++ % SIZE];
}

int main(void) {
    struct ring ring = {0};
    const char *text = "h\u00e9llo, \"world\"\n";
    for (size_t i = 0; i < strlen(text); i++)
        put(&ring, text[i]);
    for (int c; (c = get(&ring)) != EOF;)
        putchar(c);
    return 0;
}
END
cat > "$home/notes/wide.txt" <<'END'
日本語のテキストと英語 mixed in one line, and 한국어 too
漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字
x漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字
e\u0301: é ö ñ, combined: é ö ñ; box: ┌─┬─┐ │ ╔═╗ ░▒▓█; arrows ← ↑ → ↓; Ελληνικά, Русский
END
chmod 755 "$home/src/ring.c"
mkdir "$home/bin"
for name in alpha bravo charlie delta echo foxtrot golf hotel india juliett kilo lima mike \
    november oscar papa quebec romeo sierra tango uniform victor whiskey xray yankee zulu; do
    for kind in read write; do
        printf '#!/bin/sh\n# %s\n' "$name" > "$home/bin/$name-$kind"
        chmod 755 "$home/bin/$name-$kind"
        ln -s "$name-$kind" "$home/bin/link-to-the-$name-$kind-command-by-another-name"
    done
done
chmod 4755 "$home/bin/mike-read"
mkdir "$home/bin/open"
chmod 1777 "$home/bin/open"
ln -s ring.c "$home/src/link.c"
touch -d '2026-01-02 03:04:05' "$home"/*/* "$home"/* "$home"

# Tools of the scripts: a repository with a merge, and a package with a script that is run once it is
# installed.
cat > /mnt/root/usr/local/bin/make-repository <<'END'
#!/bin/sh
set -eu
git init -q -b main "$1"
cd "$1"
export GIT_AUTHOR_NAME=Ada GIT_AUTHOR_EMAIL=ada@example.org
export GIT_COMMITTER_NAME=Ada GIT_COMMITTER_EMAIL=ada@example.org
n=0
commit() {
    n=$((n + 1))
    GIT_AUTHOR_DATE=$(printf '2026-01-02T03:%02d:00Z' "$n")
    GIT_COMMITTER_DATE=$GIT_AUTHOR_DATE
    export GIT_AUTHOR_DATE GIT_COMMITTER_DATE
    echo "$1" >> "$2"
    git add .
    git commit -q -m "$1"
}
commit 'Begin' a
commit 'Say more' a
git tag v1
git checkout -q -b topic
commit 'Try a thing' b
commit 'Fix the thing' b
git checkout -q main
commit 'Go on' a
git merge -q --no-ff -m 'Merge the topic' topic
for i in 1 2 3 4 5 6 7 8 9; do
    commit "Write line $i of ünïcode text — with a subject that is long" a
done
END
cat > /mnt/root/usr/local/bin/make-package <<'END'
#!/bin/sh
set -eu
mkdir -p /tmp/package/DEBIAN "/tmp/package/usr/share/doc/$1"
cat > /tmp/package/DEBIAN/control <<CONTROL
Package: $1
Version: 1.0
Architecture: all
Maintainer: Ada <ada@example.org>
Description: A tiny package
CONTROL
printf '#!/bin/sh\n%s\n' "${2:-:}" > /tmp/package/DEBIAN/postinst
chmod 755 /tmp/package/DEBIAN/postinst
dpkg-deb -b /tmp/package "/tmp/$1.deb" > /tmp/package.log
rm -r /tmp/package
END
chmod 755 /mnt/root/usr/local/bin/make-repository /mnt/root/usr/local/bin/make-package
rm -f /mnt/root/etc/apt/sources.list.d/*

exec chroot /mnt/root env -i \
    HOME=/home/user USER=user LOGNAME=user SHELL=/bin/sh LANG=C.UTF-8 TZ=UTC HOSTNAME=box \
    PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin PS1='$ ' DEBIAN_FRONTEND=dialog \
    TERM="$TERM" COLORTERM=truecolor GIT_CONFIG_NOSYSTEM=1 \
    sh -c 'cd; exec "$@"' sh "$@"
