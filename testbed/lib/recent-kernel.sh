# shellcheck shell=bash
# The newest kernel of Debian's backports in the cache, for guests with newer drivers than 6.12's. Sourced after peers.sh and modules.sh.

RECENT_SUITE=trixie-backports

# fetch_recent_kernel: prints a folder with vmlinuz and guest/modules, as a prepared one has them
fetch_recent_kernel() {
  hold_peer recent-kernel "$RECENT_SUITE-$(cat "${BASH_SOURCE[0]}" "$testbed/lib/peers.sh" | sha256sum | cut -c1-12)" unpack_recent_kernel
}

# shellcheck disable=SC2317 # hold_peer calls it
unpack_recent_kernel() {
  local all=$1/all package name
  install_from "$RECENT_SUITE" "$1" linux-image-amd64 || return
  mkdir -p "$all" "$1/guest/modules"
  for package in "$1"/linux-image-[0-9]*.deb "$1"/linux-binary-[0-9]*.deb "$1"/linux-modules-[0-9]*.deb; do
    [ ! -e "$package" ] || dpkg -x "$package" "$all" || return
  done
  find "$all" -name 'vmlinuz*' -type f -exec cp {} "$1/vmlinuz" \;
  for name in 9pnet_virtio 9p bochs; do
    add_module "$all" "$1/guest/modules" "$name" || return
  done
  rm -rf "$all" "$1"/*.deb "$1"/{partial,lock}
  [ -e "$1/vmlinuz" ] && [ -e "$1/guest/modules/bochs.ko" ]
}

# add_module FROM TO NAME: with what it depends on; what is not there is part of the image
add_module() {
  local found dependency target=$2/$3.ko
  [ ! -e "$target" ] || return 0
  found=$(find_module "$1" "$3")
  case $found in
    '') return 0 ;;
    *.xz) xz -dc "$found" >"$target" || return ;;
    *) cp "$found" "$target" || return ;;
  esac
  for dependency in $(module_dependencies "$target"); do
    add_module "$1" "$2" "$dependency" || return
  done
}
