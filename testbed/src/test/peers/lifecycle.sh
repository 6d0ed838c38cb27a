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

# expect TEXT COMMAND..., expect_none TEXT COMMAND...: asks until the answer has, or has not, this line, and prints that answer. libvirt refreshes
# its list of definitions after it has answered, and what it does late can undo what it did first.
expect() {
  answered_within 0 "$@"
}

expect_none() {
  answered_within 1 "$@"
}

answered_within() {
  local wanted=$1 text=$2 deadline=$((SECONDS + 20)) answer found
  shift 2
  while
    answer=$(virsh "$@")
    found=0
    grep -qxF "$text" <<<"$answer" || found=1
    [ "$found" != "$wanted" ] && [ $SECONDS -lt "$deadline" ]
  do :; done
  printf '# %s\n' "$*"
  printf '%s\n' "${answer:+$answer$'\n'}"
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
