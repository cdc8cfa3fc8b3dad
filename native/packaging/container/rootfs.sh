#!/bin/sh
# Lays out the root folder of a container around a program: the libraries that it is linked with,
# those that what it loads at run time needs, and the few files that the C library reads.
#
#   rootfs.sh PROGRAM FOLDER
set -eu
program=$1
root=$2

mkdir -p "$root/etc" "$root/usr/bin" "$root/var/lib/mothership" "$root/tmp"
chmod 1777 "$root/tmp"
cp "$program" "$root/usr/bin/mothership"

copy() {
  mkdir -p "$root$(dirname "$1")"
  cp -L "$1" "$root$1"
}

ldd "$program" | grep -o '/[^ ]*' | while read -r library; do
  copy "$library"
done
# SQLite's library needs it, which is loaded later.
libc=$(ldd "$program" | sed -n 's/.*libc\.so\.6 => \([^ ]*\).*/\1/p')
copy "$(dirname "$libc")/libm.so.6"

echo 'mothership:x:65532:65532::/var/lib/mothership:/nonexistent' >"$root/etc/passwd"
echo 'mothership:x:65532:' >"$root/etc/group"
echo 'hosts: files dns' >"$root/etc/nsswitch.conf"
chown -R 65532:65532 "$root/var/lib/mothership"
