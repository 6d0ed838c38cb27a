#!/usr/bin/env bash
# What libvirt says of a host with one device of each sample type.
set -euo pipefail

ask() {
  printf '# %s\n' "$*"
  virsh "$@"
}

ask nodedev-list --cap mdev_types
ask nodedev-list --cap mdev
ask nodedev-dumpxml mtty_mtty
ask nodedev-dumpxml mdev_1f0f2d6a_0000_4000_8000_000000000004_mdpy
ask nodedev-dumpxml mdev_1f0f2d6a_0000_4000_8000_000000000007_mtty
