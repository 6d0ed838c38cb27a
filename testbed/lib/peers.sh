# shellcheck shell=bash
# Programs of a distribution, fetched by apt into the cache and unpacked there, never installed. Sourced after report.sh, host.sh and packages.sh.

PEERS=${VFIO4J_CACHE:-${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/vfio4j}

# hold_peer NAME RECIPE COMMAND...: prints PEERS/NAME/RECIPE, complete. COMMAND fills the folder it gets as last argument if there is none yet.
hold_peer() {
  local place=$PEERS/$1/$2 work
  shift 2
  if [ -e "$place/complete" ]; then
    printf '%s\n' "$place"
    return
  fi
  mkdir -p "${place%/*}" || fail "$EXIT_UNPREPARED" "cannot make the cache folder ${place%/*}"
  (
    flock -w 1800 9 || fail "$EXIT_UNPREPARED" "another process has been preparing ${place%/*} for half an hour"
    [ ! -e "$place/complete" ] || exit 0
    rm -rf "$place" "${place%/*}"/fetching.*
    work=$(mktemp -d "${place%/*}/fetching.XXXXXX")
    if ! "$@" "$work" >"${place%/*}/fetch.log" 2>&1; then
      rm -rf "$work"
      tail -n 8 "${place%/*}/fetch.log" >&2
      fail "$EXIT_UNPREPARED" "$place could not be prepared; the whole log is ${place%/*}/fetch.log"
    fi
    touch "$work/complete"
    mv -T "$work" "$place"
  ) 9>"${place%/*}/lock" || exit
  printf '%s\n' "$place"
}

# unpack FOLDER: unpacks the packages that lie in FOLDER there, and removes them
unpack() {
  local package
  for package in "$1"/*.deb; do
    dpkg -x "$package" "$1" || return
    rm -f "$package"
  done
}

# debian_mirror: prints the address and the keyring of a Debian archive, from this machine's own sources
debian_mirror() {
  local address keyring
  # shellcheck disable=SC2016 # the names are apt's
  address=$(apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(REPO_URI)' 'Created-By: Packages' |
    sed -n 's/^Debian|Debian|//p' | head -n 1)
  keyring=/usr/share/keyrings/debian-archive-keyring.gpg
  [ -n "$address" ] && [ -r "$keyring" ] || return 1
  printf '%s %s\n' "$address" "$keyring"
}

# download_from SUITE FOLDER PACKAGE...: downloads from that suite of Debian, whatever suite this machine is of
download_from() {
  ask_suite deb "$1" "$2" download "${@:3}"
}

# download_source_from SUITE FOLDER PACKAGE...: the same for source packages
download_source_from() {
  ask_suite deb-src "$1" "$2" source --download-only --only-source "${@:3}"
}

# install_from SUITE FOLDER PACKAGE...: downloads the packages with all that they need on a machine where nothing is installed.
# A backports suite stands on the one that it is for.
install_from() {
  ask_suite deb "$1" "$2" --download-only --no-install-recommends -o "Dir::Cache::archives=$2" -t "$1" install -y "${@:3}"
}

# ask_suite deb|deb-src SUITE FOLDER ARGUMENT...: runs `apt-get ARGUMENT...` in FOLDER with lists of that suite alone
ask_suite() {
  local kind=$1 suite=$2 folder=$3 address keyring apt=$3/apt
  shift 3
  read -r address keyring < <(debian_mirror) || {
    echo "this machine's apt knows no Debian archive"
    return 1
  }
  mkdir -p "$apt/lists/partial" "$apt/archives/partial" "$apt/none"
  printf "$kind [signed-by=$keyring] $address %s main\n" "$suite" "${suite%-backports}" | sort -u >"$apt/sources.list"
  : >"$apt/status"
  local options=(
    -o "Dir::Etc::SourceList=$apt/sources.list" -o "Dir::Etc::SourceParts=$apt/none"
    -o "Dir::Etc::Preferences=$apt/none/preferences" -o "Dir::Etc::PreferencesParts=$apt/none"
    -o "Dir::State::Lists=$apt/lists" -o "Dir::State::status=$apt/status"
    -o "Dir::Cache::pkgcache=" -o "Dir::Cache::srcpkgcache=" -o "Dir::Cache::archives=$apt/archives"
    -o APT::Sandbox::User=root -o Acquire::Languages=none -o Acquire::http::Timeout=20
  )
  timeout 600 apt-get "${options[@]}" update </dev/null || return
  (cd "$folder" && timeout 900 apt-get "${options[@]}" "$@" </dev/null) || return
  rm -rf "$apt"
}

# show_mdevctl_folders PLACE: mdevctl refuses to run without the folders of its package; in a mount namespace they can be shown
show_mdevctl_folders() {
  [ -d /usr/lib/mdevctl ] || mount -t overlay -o "lowerdir=$1/folders:/usr/lib" mdevctl /usr/lib
}
