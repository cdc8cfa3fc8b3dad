#!/bin/sh
# Installs, upgrades or removes Open Mothership from this folder, as root:
#
#   ./install.sh                 installs or upgrades; the configuration that is there is kept
#   ./install.sh --rollback      puts back the program that the last upgrade replaced
#   ./install.sh --uninstall     removes the program; configuration and data stay
#   ./install.sh --purge         removes everything, data too
#
# --prefix DIR instead of /usr/local; --root DIR installs below DIR and starts nothing.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
action=install
prefix=/usr/local
root=

while [ $# -gt 0 ]; do
  case "$1" in
  --prefix) prefix=$2 && shift ;;
  --root) root=$2 && shift ;;
  --rollback) action=rollback ;;
  --uninstall) action=uninstall ;;
  --purge) action=purge ;;
  *)
    sed -n 's/^# \{0,1\}//; 2,9p' "$0" >&2
    exit 2
    ;;
  esac
  shift
done

program=$root$prefix/bin/mothership
unit=$root/etc/systemd/system/mothership.service
sysusers=$root/etc/sysusers.d/mothership.conf

is_live() {
  [ -z "$root" ] && [ -d /run/systemd/system ]
}

stop() {
  if is_live && [ -e "$unit" ]; then
    systemctl stop mothership.service
  fi
}

start() {
  if is_live; then
    systemctl daemon-reload
    systemctl enable --now mothership.service
  fi
}

make_user() {
  if [ -n "$root" ]; then
    return
  elif command -v systemd-sysusers >/dev/null; then
    systemd-sysusers mothership.conf
  elif ! getent passwd mothership >/dev/null; then
    useradd --system --user-group --home-dir /var/lib/mothership --no-create-home \
      --shell /usr/sbin/nologin mothership
  fi
}

install_files() {
  stop
  if [ -e "$program" ]; then
    cp -p "$program" "$program.previous"
  fi
  install -D -m 0755 "$here/bin/mothership" "$program.new"
  mv -f "$program.new" "$program"
  install -D -m 0644 "$here/systemd/mothership.sysusers" "$sysusers"
  make_user
  install -d -m 0755 "$(dirname "$unit")"
  sed "s|/usr/bin/mothership|$prefix/bin/mothership|" "$here/systemd/mothership.service" >"$unit"
  chmod 0644 "$unit"
  if [ ! -e "$root/etc/mothership/nats.conf" ]; then
    install -D -m 0640 "$here/config/nats.conf" "$root/etc/mothership/nats.conf"
    chmod 0750 "$root/etc/mothership"
  fi
  if [ -z "$root" ]; then
    chown root:mothership /etc/mothership /etc/mothership/nats.conf
  fi
  for page in "$here"/man/*.1.gz; do
    install -D -m 0644 "$page" "$root$prefix/share/man/man1/${page##*/}"
  done
  share=$root$prefix/share
  install -D -m 0644 "$here/completions/mothership.bash" "$share/bash-completion/completions/mothership"
  install -D -m 0644 "$here/completions/mothership.zsh" "$share/zsh/site-functions/_mothership"
  install -D -m 0644 "$here/completions/mothership.fish" "$share/fish/vendor_completions.d/mothership.fish"
  start
}

remove_files() {
  stop
  if is_live && [ -e "$unit" ]; then
    systemctl disable mothership.service
  fi
  share=$root$prefix/share
  rm -f "$program" "$program.previous" "$unit" "$sysusers" \
    "$share/bash-completion/completions/mothership" "$share/zsh/site-functions/_mothership" \
    "$share/fish/vendor_completions.d/mothership.fish" \
    "$share"/man/man1/mothership.1.gz "$share"/man/man1/mothership-*.1.gz
  if is_live; then
    systemctl daemon-reload
  fi
}

case "$action" in
install) install_files ;;
rollback)
  if [ ! -e "$program.previous" ]; then
    echo "there is no $program.previous" >&2
    exit 1
  fi
  stop
  mv -f "$program.previous" "$program"
  start
  ;;
uninstall) remove_files ;;
purge)
  remove_files
  rm -rf "$root/var/lib/mothership" "$root/etc/mothership"
  if [ -z "$root" ] && getent passwd mothership >/dev/null; then
    userdel mothership
  fi
  ;;
esac
