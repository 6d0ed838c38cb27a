# shellcheck shell=bash
# shellcheck disable=SC2154 # the options and paths come from kernel-vm
# One run of the VM. A folder of the run holds what goes in (in/) and what comes out (out/), each a 9p share.
# The first serial port is the console, the second carries the verdict. Both out/exit and the verdict must be there:
# QEMU itself exits with 0 after a guest's panic too.

# run_machine: with the options of kernel-vm; exits with the guest's exit code
run_machine() {
  local run code
  run=$(mktemp -d "${TMPDIR:-/tmp}/kernel-vm.XXXXXX")
  # shellcheck disable=SC2064 # the folder of now
  trap "rm -rf '${run//\'/\'\\\'\'}'" EXIT
  mkdir "$run/in" "$run/out"
  write_input "$run/in"
  code=0
  run_qemu "$run" || code=$?
  cat "$run/out/stdout" 2>/dev/null || true
  cat "$run/out/stderr" >&2 2>/dev/null || true
  exit_by_verdict "$run" "$code"
}

write_input() {
  local share
  printf '%s\n' "$physical" >"$1/physical"
  [ -z "$script" ] || cp "$script" "$1/script"
  {
    printf 'set --'
    [ ${#arguments[@]} -eq 0 ] || printf " '%s'" "${arguments[@]//\'/\'\\\'\'}"
    printf '\n'
  } >"$1/arguments"
  for share in "${shares[@]}"; do
    printf '%s\n' "${share%%=*}"
  done >"$1/shares"
}

# run_qemu RUN: returns 124 if the time is up
run_qemu() {
  local run=$1 share qemu
  local command=(
    qemu-system-x86_64 -accel tcg -machine q35 -cpu max -smp 2 -m 1024
    -nodefaults -no-user-config -no-reboot -display none -nic none
    -serial "file:$run/console" -serial "file:$run/verdict"
    -kernel "$prepared/vmlinuz" -initrd "$initramfs"
  )
  local cmdline='console=ttyS0 quiet panic=-1 oops=panic'
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
  note "starting the VM"
  timeout --kill-after=5 "$timeout" "${command[@]}" -append "$cmdline" >"$run/qemu" 2>&1 </dev/null &
  qemu=$!
  # shellcheck disable=SC2064 # the process of now
  trap "kill $qemu 2>/dev/null; wait $qemu; exit 130" INT TERM HUP
  wait "$qemu"
}

# folder_device TAG FOLDER: QEMU wants a comma in a value doubled
folder_device() {
  printf 'local,mount_tag=%s,security_model=none,multidevs=remap,path=%s' "$1" "${2//,/,,}"
}

# exit_by_verdict RUN QEMUS_CODE
exit_by_verdict() {
  local run=$1 verdict='' code=''
  verdict=$(tr -d '\r' <"$run/verdict" 2>/dev/null | sed -n 's/^kernel-vm verdict: //p')
  code=$(cat "$run/out/exit" 2>/dev/null || true)
  if [[ $verdict == "exit $code" && $code =~ ^[0-9]+$ ]]; then
    exit "$code"
  fi
  printf '%s\n' '--- the last lines of the VM console ---' >&2
  tail -n 40 "$run/console" 2>/dev/null | tr -d '\r' >&2 || true
  [ ! -s "$run/qemu" ] || tail -n 10 "$run/qemu" >&2
  echo '---' >&2
  fail "$EXIT_NO_VERDICT" "$(what_happened "$2" "$run" "$verdict")"
}

what_happened() {
  if [ "$1" -eq 124 ] || [ "$1" -eq 137 ]; then
    echo "the VM gave no verdict within $timeout s and was ended; what it had printed by then is above"
  elif grep -q 'Kernel panic' "$2/console" 2>/dev/null; then
    echo "the VM's kernel panicked"
  elif [ -n "$3" ]; then
    echo "the VM could not be set up: $3"
  elif [ "$1" -ne 0 ]; then
    echo "QEMU ended with code $1"
  else
    echo "the VM ended without a verdict"
  fi
}
