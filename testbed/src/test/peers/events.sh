#!/usr/bin/env bash
# What libvirt tells of a device that mdevctl defines, makes, removes and forgets.
set -euo pipefail

uuid=1f0f2d6a-0000-4000-8000-0000000000aa
work=$(mktemp -d)
virsh nodedev-event --event lifecycle --loop >"$work/events" 2>&1 &
listener=$!
trap 'kill "$listener" 2>/dev/null || true; rm -rf "$work"' EXIT

# until_listed DEVICE: libvirt has heard of it
until_listed() {
  until virsh nodedev-list --cap mdev | grep -q "$1"; do [ $SECONDS -lt 60 ]; done
}

until_gone() {
  while virsh nodedev-list --cap mdev | grep -q "$1"; do [ $SECONDS -lt 60 ]; done
}

# A listener says nothing when it is ready: devices come and go until one is heard of.
until grep -q Created "$work/events"; do
  mdevctl start --uuid "${uuid/aa/cc}" --parent mtty --type mtty-1
  name=${uuid/aa/cc}
  until_listed "${name//-/_}"
  mdevctl stop --uuid "$name"
  until_gone "${name//-/_}"
  [ $SECONDS -lt 60 ]
done
# until_heard NUMBER: so many events of the device have come
until_heard() {
  until [ "$(grep -c "${uuid//-/_}" "$work/events")" -ge "$1" ]; do [ $SECONDS -lt 120 ]; done
}

mdevctl define --uuid "$uuid" --parent mtty --type mtty-1
until_heard 1
mdevctl start --uuid "$uuid"
until_heard 2
mdevctl stop --uuid "$uuid"
until_heard 3
mdevctl undefine --uuid "$uuid"
until_heard 4
grep "${uuid//-/_}" "$work/events"
