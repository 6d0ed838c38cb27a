#!/bin/sh
# Runs a command whose /sys is a host's tree, in a mount namespace that is ours alone. MountNamespace gives it to sh -c.
# Arguments: an empty folder of ours, the mounted tree, the folder of definitions, the parts of the machine's sysfs that stay
# (blank between them), and the command.
set -eu
work=$1 tree=$2 definitions=$3 parts=$4
shift 4

mkdir "$work/sys"
mount --rbind /sys "$work/sys"
mount --rbind "$tree" /sys
for part in $parts; do
  # Only where the tree has an empty directory: what the host itself shows comes first.
  if [ -d "$work/sys/$part" ] && [ -d "/sys/$part" ] && [ -z "$(ls -A "/sys/$part")" ]; then
    mount --rbind "$work/sys/$part" "/sys/$part"
  fi
done
umount -l "$work/sys"

if mkdir -p /etc/mdevctl.d 2>/dev/null; then
  mount --bind "$definitions" /etc/mdevctl.d
else
  echo "vfio: /etc/mdevctl.d is not there and cannot be made: mdevctl would not see this host's definitions" >&2
fi

: >"$work/ready"
command -v -- "$1" >/dev/null || {
  echo "vfio: there is no command $1" >&2
  exit 127
}
exec "$@"
