# shellcheck shell=bash
# Debian's kernel packages: which of $KERNEL_SERIES is newest, and fetching them without installing anything.
# shellcheck disable=SC2154 # the series comes from who sources this

# abi_pattern: a pattern of sed for the ABIs of $KERNEL_SERIES that are built for Debian 12
abi_pattern() {
  case $KERNEL_SERIES in
    6.12) echo '6\.12\.[0-9]*+deb12' ;;
    6.1) echo '6\.1\.[0-9]*-[0-9]*' ;;
  esac
}

# newest_kernel: prints "ABI VERSION", as in "6.12.999+deb12 6.12.999-1~deb12u1"; fails if apt's lists have none
newest_kernel() {
  local abis abi version
  command -v apt-cache >/dev/null || return 1
  abis=$(apt-cache pkgnames "linux-headers-$KERNEL_SERIES." |
    sed -n "s/^linux-headers-\($(abi_pattern)\)-amd64\$/\1/p" | sort -rV)
  for abi in $abis; do
    version=$(package_version "linux-headers-$abi-amd64")
    if [ -n "$version" ]; then
      printf '%s %s\n' "$abi" "$version"
      return 0
    fi
  done
  return 1
}

# package_version PACKAGE: the newest version apt knows to download, or nothing
package_version() {
  apt-cache madison "$1" 2>/dev/null | awk -F' *[|] *' '$3 ~ /Packages$/ { print $2; exit }'
}

# refresh_package_lists: apt-get update, if we may; repeated while another apt holds the lists
refresh_package_lists() {
  local attempt answer
  [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null || return 1
  for attempt in 1 2 3 4 5; do
    note "refreshing apt's lists"
    answer=$(LC_ALL=C timeout 300 apt-get -o Acquire::http::Timeout=20 update 2>&1 </dev/null) && return 0
    [[ $answer == *"Could not get lock"* && $attempt -lt 5 ]] || break
    sleep 5
  done
  return 1
}

# package_lists_are_old: no list was written in the last day
package_lists_are_old() {
  [ -z "$(find /var/lib/apt/lists -maxdepth 1 -newermt '-1 day' -print -quit 2>/dev/null)" ]
}

# download_packages FOLDER PACKAGE[=VERSION]...
download_packages() (
  cd "$1" || exit
  shift
  timeout 1800 apt-get -o APT::Sandbox::User=root download "$@" </dev/null
)
