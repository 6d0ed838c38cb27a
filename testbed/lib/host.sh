# shellcheck shell=bash
# What the host must have. Root gets it installed, others are told what to install.

# need_on_host COMMAND=PACKAGE...: each COMMAND on PATH (or, for lib*.so.N, a library the linker knows), else its PACKAGE
need_on_host() {
  local pair missing=()
  for pair in "$@"; do
    on_host "${pair%%=*}" || missing+=("${pair#*=}")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    note "installing ${missing[*]}"
    if install_on_host "${missing[@]}" || { refresh_package_lists && install_on_host "${missing[@]}"; }; then
      return 0
    fi
    fail "$EXIT_UNPREPARED" "apt-get could not install ${missing[*]}"
  fi
  fail "$EXIT_UNPREPARED" "missing on this machine; install with: apt-get install --no-install-recommends ${missing[*]}"
}

on_host() {
  case $1 in
    lib*.so.*) /sbin/ldconfig -p | grep -qF "$1 " ;;
    *) command -v "$1" >/dev/null ;;
  esac
}

install_on_host() {
  DEBIAN_FRONTEND=noninteractive timeout 900 \
    apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends "$@" >/dev/null 2>&1 </dev/null
}
