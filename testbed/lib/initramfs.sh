# shellcheck shell=bash
# shellcheck disable=SC2154 # testbed comes from kernel-vm
# The VM's root file system is made once for each kind of kernel, JDK and set of guest scripts.

# initramfs_for PREPARED KIND JDK: prints the file's path
initramfs_for() {
  local target
  target=$1/initramfs-$2-$(initramfs_key "$3").cpio
  if [ ! -e "$target" ]; then
    note "making $target"
    "$testbed/lib/build-initramfs" "$1" "$2" "$3" "$target" || fail "$EXIT_UNPREPARED" "could not make $target"
    find "$1" -maxdepth 1 -name 'initramfs-*' -mmin +1440 ! -path "$target" -delete
  fi
  printf '%s\n' "$target"
}

initramfs_key() {
  {
    cat "$testbed/lib/build-initramfs" "$testbed"/guest/*
    stat -L -c '%n %s %Y' "$1/lib/server/libjvm.so" "$(libc_path "$1")"
  } | sha256sum | cut -c1-12
}

libc_path() {
  ldd "$1/bin/java" | awk '$1 == "libc.so.6" { print $3 }'
}
