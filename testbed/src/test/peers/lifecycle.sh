#!/usr/bin/env bash
# A device's life by libvirt's commands.
set -euo pipefail

uuid=1f0f2d6a-0000-4000-8000-0000000000aa
name=mdev_${uuid//-/_}_mtty
other=1f0f2d6a-0000-4000-8000-0000000000bb
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

ask() {
  printf '# %s\n' "${*/"$work/"/}"
  virsh "$@" | sed "s|$work/||"
}

# expect TEXT COMMAND...: libvirt refreshes its list of definitions after it has answered
expect() {
  local text=$1 deadline=$((SECONDS + 20))
  shift
  until virsh "$@" | grep -qxF "$text"; do
    [ $SECONDS -lt "$deadline" ] || break
  done
  ask "$@"
}

# expect_none TEXT COMMAND...
expect_none() {
  local text=$1 deadline=$((SECONDS + 20))
  shift
  while virsh "$@" | grep -qxF "$text"; do
    [ $SECONDS -lt "$deadline" ] || break
  done
  ask "$@"
}

xml() {
  printf '<device><parent>mtty_mtty</parent><capability type="mdev"><type id="mtty-1"/><uuid>%s</uuid></capability></device>\n' "$1"
}
xml "$uuid" >"$work/defined.xml"
xml "$other" >"$work/created.xml"

ask nodedev-define "$work/defined.xml"
expect "$name" nodedev-list --cap mdev --inactive
ask nodedev-start "$name"
ask nodedev-autostart "$name"
cat "/etc/mdevctl.d/mtty/$uuid"
echo
expect "Autostart:      yes" nodedev-info "$name"
ls -d "/sys/bus/mdev/devices/$uuid"
cat /sys/class/mdev_bus/mtty/mdev_supported_types/mtty-1/available_instances
virsh nodedev-dumpxml mtty_mtty | grep -A3 "id='mtty-1'" | grep available
ask nodedev-destroy "$name"
expect "$name" nodedev-list --cap mdev --inactive
ask nodedev-undefine "$name"
expect_none "$name" nodedev-list --cap mdev --inactive

ask nodedev-create "$work/created.xml"
ls -d "/sys/bus/mdev/devices/$other"
ask nodedev-destroy "mdev_${other//-/_}_mtty"
find /sys/bus/mdev/devices -type l | wc -l
