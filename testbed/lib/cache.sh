# shellcheck shell=bash
# shellcheck disable=SC2154 # testbed comes from kernel-vm
# The cache of prepared kernels: KERNELS/VERSION-HASH, where HASH covers the recipe. Each series has a KERNELS of its own.
# Who uses a prepared folder holds a shared lock on it; who builds or prunes holds KERNELS/lock.

# use_series SERIES: what follows is about Debian's kernels 6.12 or 6.1
use_series() {
  KERNEL_SERIES=$1
  KERNELS=${VFIO4J_CACHE:-${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/vfio4j}/kernel-vm
  [ "$1" = 6.12 ] || KERNELS+=-$1
}

use_series 6.12

# hold_prepared_kernels [refresh]: sets $prepared to a complete folder that stays until this process ends
hold_prepared_kernels() {
  local attempt
  mkdir -p "$KERNELS" || fail "$EXIT_UNPREPARED" "cannot make the cache folder $KERNELS"
  for attempt in 1 2 3; do
    find_or_build "${1:-}"
    exec 8<"$prepared" || continue
    flock -s 8
    if [ -e "$prepared/vmlinuz" ]; then
      touch "$prepared/used" 2>/dev/null || true
      return
    fi
    note "$prepared was pruned meanwhile ($attempt of 3)"
  done
  fail "$EXIT_UNPREPARED" "$prepared disappears as soon as it is built"
}

# find_or_build [refresh]: sets $prepared
find_or_build() {
  local abi='' version=''
  if [ -z "$1" ] && know_newest && prepared_exists; then return; fi
  exec 9>"$KERNELS/lock"
  flock -w 1800 9 || fail "$EXIT_UNPREPARED" "another kernel-vm has been building for half an hour ($KERNELS/lock)"
  if package_lists_are_old || ! know_newest; then refresh_package_lists || true; fi
  if know_newest; then
    prepared_exists || build || settle_for_older
  else
    settle_for_older
  fi
  exec 9>&-
}

# know_newest: sets $abi, $version and $prepared from apt's lists, remembered until the lists change
know_newest() {
  local memory=$KERNELS/newest
  if [ ! -s "$memory" ] || [ ! "$memory" -nt /var/lib/apt/lists ]; then
    newest_kernel >"$memory.$$" || { rm -f "$memory.$$" && return 1; }
    mv -f "$memory.$$" "$memory"
  fi
  read -r abi version <"$memory"
  prepared=$KERNELS/$version-$(recipe_hash)
}

prepared_exists() {
  [ -e "$prepared/vmlinuz" ]
}

recipe_hash() {
  cat "$testbed/lib/build-kernels" "$testbed/lib/packages.sh" "$testbed/lib/modules.sh" "$testbed/lib/headers.sh" \
    "$testbed"/kernel/* | sha256sum | cut -c1-12
}

# build: a failed download is tried once more with fresh lists, since old versions leave the archive
build() {
  local code=0
  need_on_host make=make xz=xz-utils x86_64-linux-gnu-gcc-12=gcc-12 libelf.so.1=libelf1
  build_once || code=$?
  if [ "$code" -eq 4 ] && refresh_package_lists && know_newest; then
    code=0
    prepared_exists || build_once || code=$?
  fi
  case $code in
    0) prune ;;
    4) return 1 ;;
    *)
      tail -n 25 "$KERNELS/build.log" >&2
      fail "$EXIT_UNPREPARED" "building the kernel modules of $version failed; the whole log is $KERNELS/build.log"
      ;;
  esac
}

build_once() {
  local work place code=0
  note "preparing $version"
  rm -rf "$KERNELS"/building.*
  work=$(mktemp -d "$KERNELS/building.XXXXXX") || fail "$EXIT_UNPREPARED" "cannot write to the cache folder $KERNELS"
  place=$work
  if [[ $work =~ [^A-Za-z0-9._/-] ]]; then
    place=$(mktemp -d /var/tmp/kernel-vm.XXXXXX) # make cannot work where a folder's name has a space
  fi
  "$testbed/lib/build-kernels" "$KERNEL_SERIES" "$abi" "$version" "$place" >"$KERNELS/build.log" 2>&1 9>&- || code=$?
  if [ "$code" -eq 0 ] && [ "$place" != "$work" ]; then
    cp -r "$place/result" "$work/result" || code=1
  fi
  if [ "$code" -eq 0 ]; then
    mv -T "$work/result" "$prepared" || code=1
  fi
  rm -rf "$work" "$place"
  return "$code"
}

# settle_for_older: the most recently used complete folder of this recipe, or the end
settle_for_older() {
  local candidate
  while read -r candidate; do
    if [ "${candidate##*-}" = "$(recipe_hash)" ]; then
      prepared=$candidate
      note "the newest kernel's packages are not to be had; using $candidate"
      return
    fi
  done < <(by_last_use)
  [ ! -s "$KERNELS/build.log" ] || tail -n 5 "$KERNELS/build.log" >&2
  fail "$EXIT_UNPREPARED" "no kernel is prepared, and apt cannot deliver linux-headers-$KERNEL_SERIES.*-amd64 for Debian 12" \
    "with its image and source (bookworm-security has them). Run apt-get update, or look at the network."
}

# by_last_use: complete folders, the last used first
by_last_use() {
  find "$KERNELS" -mindepth 2 -maxdepth 2 -name used -printf '%T@ %h\n' | sort -rn | cut -d' ' -f2-
}

# prune: keeps $prepared and the one used last before it, and whatever is in use
prune() {
  local candidate spare=1
  while read -r candidate; do
    [ "$candidate" != "$prepared" ] || continue
    if [ "$spare" -gt 0 ]; then
      spare=$((spare - 1))
      continue
    fi
    (
      exec 7<"$candidate"
      flock -n -x 7 || exit 0
      mv -T "$candidate" "$KERNELS/building.pruned.$$"
      rm -rf "$KERNELS/building.pruned.$$"
    )
  done < <(by_last_use)
}
