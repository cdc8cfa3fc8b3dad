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
# Parts of the C library that SQLite's and Netty's libraries, which are loaded later, are linked with.
libc=$(ldd "$program" | sed -n 's/.*libc\.so\.6 => \([^ ]*\).*/\1/p')
for part in libm.so.6 libdl.so.2 libpthread.so.0 librt.so.1; do
  copy "$(dirname "$libc")/$part"
done

echo 'mothership:x:65532:65532::/var/lib/mothership:/nonexistent' >"$root/etc/passwd"
echo 'mothership:x:65532:' >"$root/etc/group"
echo 'hosts: files dns' >"$root/etc/nsswitch.conf"
chown -R 65532:65532 "$root/var/lib/mothership"
