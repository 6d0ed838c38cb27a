# shellcheck shell=bash
# Exit codes and messages. A run that works says nothing of its own on stderr: that stream belongs to what runs in the VM.

# shellcheck disable=SC2034
{
  EXIT_USAGE=123
  EXIT_UNPREPARED=124
  EXIT_NO_VERDICT=125
}

verbose=${verbose:-no}

report() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
}

# note TEXT...: progress, only heard with --verbose
note() {
  [ "$verbose" = no ] || report "$@"
}

# fail CODE TEXT...
fail() {
  local code=$1
  shift
  report "$@"
  exit "$code"
}
