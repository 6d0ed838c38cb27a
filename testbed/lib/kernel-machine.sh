# shellcheck shell=bash
# shellcheck disable=SC2154,SC2034 # the options and paths come from kernel-vm; run_qemu in machine.sh runs the command
# The machine of kernel-vm.

# machine_command RUN: sets $command
machine_command() {
  local run=$1 share
  local cmdline='console=ttyS0 quiet panic=-1 oops=panic'
  write_choices "$run/in"
  command=(
    qemu-system-x86_64 -accel tcg -machine q35 -cpu max -smp 2 -m "$memory"
    -nodefaults -no-user-config -no-reboot -display none -nic none
    -serial "file:$run/console" -serial "file:$run/verdict"
    -kernel "$prepared/vmlinuz" -initrd "$initramfs"
  )
  command+=(-virtfs "$(folder_device in "$run/in"),readonly=on" -virtfs "$(folder_device out "$run/out")")
  command+=(-virtfs "$(folder_device jdk "$jdk"),readonly=on")
  if [ -d "$project/modules/cli/target/dist" ]; then
    command+=(-virtfs "$(folder_device vfio4j "$project/modules/cli/target/dist"),readonly=on")
  fi
  for share in "${shares[@]}"; do
    command+=(-virtfs "$(folder_device "share.${share%%=*}" "${share#*=}"),readonly=on")
  done
  if [ "$physical" = yes ]; then
    cmdline+=' intel_iommu=on'
    command+=(-device 'intel-iommu,intremap=on,caching-mode=on' -device edu)
  fi
  command+=(-append "$cmdline")
}

write_choices() {
  local share
  printf '%s\n' "$physical" >"$1/physical"
  for share in "${shares[@]}"; do
    printf '%s\n' "${share%%=*}"
  done >"$1/shares"
}
