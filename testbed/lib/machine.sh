# shellcheck shell=bash
# shellcheck disable=SC2154 # the options come from kernel-vm and qemu, and machine_command from the file of each
# One run of a VM. A folder of the run holds what goes in (in/) and what comes out (out/), each a 9p share.
# The first serial port is the console, the second carries the verdict. Both out/exit and the verdict must be there:
# QEMU itself exits with 0 after a guest's panic too.

# run_machine: with the options of the script that is running; exits with the guest's exit code
run_machine() {
  local run code attempt
  run=$(mktemp -d "${TMPDIR:-/tmp}/${0##*/}.XXXXXX")
  # shellcheck disable=SC2064 # the folder of now
  trap "rm -rf '${run//\'/\'\\\'\'}'" EXIT
  mkdir "$run/in" "$run/out"
  write_arguments "$run/in"
  for attempt in 1 2 3; do
    code=0
    run_qemu "$run" || code=$?
    panicked_as_it_booted "$run" || break
    note "the kernel panicked as it booted ($attempt of 3)"
  done
  cat "$run/out/stdout" 2>/dev/null || true
  cat "$run/out/stderr" >&2 2>/dev/null || true
  exit_by_verdict "$run" "$code"
}

# panicked_as_it_booted RUN: before anything ran in it, as an emulated kernel that patches its own code does now and then on a busy machine
panicked_as_it_booted() {
  [ ! -e "$1/out/stdout" ] && grep -q 'Kernel panic' "$1/console" 2>/dev/null
}

# write_arguments IN: the script and its arguments
write_arguments() {
  [ -z "$script" ] || cp "$script" "$1/script"
  {
    printf 'set --'
    [ ${#arguments[@]} -eq 0 ] || printf " '%s'" "${arguments[@]//\'/\'\\\'\'}"
    printf '\n'
  } >"$1/arguments"
}

# run_qemu RUN: what machine_command puts into $command; returns 124 if the time is up
run_qemu() {
  local run=$1 command process
  machine_command "$run"
  note "starting the VM"
  timeout --kill-after=5 "$timeout" "${command[@]}" >"$run/qemu" 2>&1 </dev/null &
  process=$!
  # shellcheck disable=SC2064 # the process of now
  trap "kill $process 2>/dev/null; wait $process; exit 130" INT TERM HUP
  wait "$process"
}

# folder_device TAG FOLDER: QEMU wants a comma in a value doubled
folder_device() {
  printf 'local,mount_tag=%s,security_model=none,multidevs=remap,path=%s' "$1" "${2//,/,,}"
}

# exit_by_verdict RUN QEMUS_CODE
exit_by_verdict() {
  local run=$1 verdict='' code=''
  verdict=$(tr -d '\r' <"$run/verdict" 2>/dev/null | sed -n 's/^vm verdict: //p')
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
