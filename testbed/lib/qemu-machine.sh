# shellcheck shell=bash
# shellcheck disable=SC2154,SC2034 # the options and paths come from qemu; run_qemu in machine.sh runs the command
# The machine of testbed/qemu, and its guest's file system.

# PCIe root ports, called port1 and so on; those without a device wait for one to be plugged.
PORTS=4

# Where the devices of a machine without a guest begin on its root bus.
BARE_SLOT=16

# guest_for KERNEL: prints the path of the guest's initramfs for a folder with a kernel
guest_for() {
  local target
  target=$1/guest-$(cat "$testbed/lib/build-guest" "$testbed"/qemu-guest/* "$testbed"/guest-programs/* | sha256sum | cut -c1-12).cpio
  if [ ! -e "$target" ]; then
    note "making $target"
    need_on_host gcc=gcc
    "$testbed/lib/build-guest" "$prepared" "$1" "$target" || fail "$EXIT_UNPREPARED" "could not make $target"
    find "$1" -maxdepth 1 -name 'guest-*' -mmin +1440 ! -path "$target" -delete
  fi
  printf '%s\n' "$target"
}

# machine_command RUN: sets $command; RUN is the folder of a script's run, or empty
machine_command() {
  local mode=shell
  start_command tcg
  command+=(-kernel "$booted/vmlinuz" -initrd "$initramfs")
  add_ports
  if [ -n "$1" ]; then
    mode=script
    command+=(-no-reboot -serial "file:$1/console" -serial "file:$1/verdict")
    command+=(-virtfs "$(folder_device in "$1/in"),readonly=on" -virtfs "$(folder_device out "$1/out")")
  elif [ -n "$control" ]; then
    mode=control
    command+=(-serial "${console:+file:}${console:-null}")
    command+=(-chardev "socket,id=control,path=$control" -serial chardev:control)
  else
    command+=(-no-reboot -serial mon:stdio)
  fi
  end_command
  # Ports of PCI devices come after the four that a PC has. No cursor blinks on a screen that somebody compares.
  command+=(-append "console=ttyS0 quiet panic=-1 8250.nr_uarts=16 vt.global_cursor_default=0 consoleblank=0 testbed=$mode $append")
}

# bare_machine_command: sets $command for a machine without a processor that runs, whose ports and memory a program reads and writes
bare_machine_command() {
  local number
  start_command qtest
  for number in "${!devices[@]}"; do
    add_device "$number" pcie.0 $((BARE_SLOT + number))
  done
  command+=(-qtest "unix:$qtest" -qtest-log none)
  end_command
}

# start_command ACCELERATOR: QEMU and its machine
start_command() {
  local libraries=$qemu/usr/lib/x86_64-linux-gnu backend=memory-backend-memfd,share=on
  [ "$plain_memory" = no ] || backend=memory-backend-ram
  export QEMU_MODULE_DIR=$libraries/qemu
  command=(
    "$libraries/ld-linux-x86-64.so.2" --library-path "$libraries" "$qemu/usr/bin/qemu-system-x86_64"
    -L "$qemu/usr/share/qemu" -L "$qemu/usr/share/seabios"
    -accel "$1" -machine q35,memory-backend=ram -cpu max
    -object "$backend,id=ram,size=${memory}M" -m "size=${memory}M,slots=4,maxmem=$((memory * 4))M"
    -nodefaults -no-user-config -display none
  )
}

# end_command: what every machine can have besides
end_command() {
  [ -z "$qmp" ] || command+=(-qmp "unix:$qmp")
  [ -z "$trace" ] || command+=(-trace 'vfio_user*' -D "$trace")
  command+=("${more[@]}")
}

add_ports() {
  local number
  for number in $(seq "$PORTS"); do
    command+=(-device "pcie-root-port,id=port$number,chassis=$number,slot=$number,io-reserve=4k,mem-reserve=128M")
  done
  for number in "${!devices[@]}"; do
    add_device "$number" "port$((number + 1))" 0
  done
}

# add_device NUMBER BUS SLOT: the first is called device1. QEMU's own 5 s for an answer are short where many builds share a processor.
add_device() {
  local address
  address=$(printf %x "$3")
  command+=(-device "{\"driver\":\"vfio-user-pci\",\"x-msg-timeout\":60000,\"id\":\"device$(($1 + 1))\",\"bus\":\"$2\",\"addr\":\"$address\",\"socket\":{\"type\":\"unix\",\"path\":\"${devices[$1]}\"}}")
}
