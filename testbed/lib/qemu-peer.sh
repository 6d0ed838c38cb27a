# shellcheck shell=bash
# shellcheck disable=SC2154 # testbed comes from qemu
# QEMU 11.1 in the cache. Sourced after peers.sh.

# The suite whose QEMU has the vfio-user client; it stands on trixie.
QEMU_SUITE=trixie-backports

# fetch_qemu: prints the folder where QEMU and all its libraries are
fetch_qemu() {
  hold_peer qemu "$QEMU_SUITE-$(cat "$testbed/lib/qemu-peer.sh" "$testbed/lib/peers.sh" | sha256sum | cut -c1-12)" unpack_qemu
}

# shellcheck disable=SC2317 # hold_peer calls it
unpack_qemu() {
  install_from "$QEMU_SUITE" "$1" qemu-system-x86 && unpack "$1" || return
  rm -rf "$1"/usr/share/{doc,locale,man,info} "$1"/{etc,var,partial,lock}
  [ -e "$1/usr/bin/qemu-system-x86_64" ]
}
