# shellcheck shell=bash
# A host with many devices that start by themselves. And what waits for such a host. Sourced by served-host, served-devices and start.

PARENT=0000:41:00.0

# make FOLDER COUNT: a profile with room enough, and a definition of each device
make() {
  local definitions=$1/state/mdevctl.d/$PARENT i
  mkdir -p "$definitions" "$1/run"
  cat >"$1/profile.json" <<JSON
{"profile": 1, "name": "many", "driver": "many", "parents": [{"capacity": 1000000,
  "pci": {"address": "$PARENT", "vendor": "1234", "device": "0001", "subsystem_vendor": "1234", "subsystem_device": "0001",
    "class": "030000", "revision": "00"},
  "types": [{"id": "many-1", "name": "many", "cost": 1, "features": ["display-region"]}]}]}
JSON
  for ((i = 0; i < $2; i++)); do
    printf '{"mdev_type": "many-1", "start": "auto", "attrs": []}' >"$definitions/$(printf '1f0f2d6a-0000-4000-8000-%012x' "$i")"
  done
}

# accepted SOCKET: waits until somebody takes a connection there
accepted() {
  perl -MIO::Socket::UNIX -MTime::HiRes=sleep -e '
    for (1 .. 30000) { exit 0 if IO::Socket::UNIX->new(Peer => $ARGV[0]); sleep 0.002 } exit 1' "$1"
}

# now: milliseconds
now() { echo $(($(date +%s%N) / 1000000)); }
