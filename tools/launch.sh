# shellcheck shell=bash
# How the command's JVM is started. Sourced by ./vfio and by the installed launcher.

# vfio_jvm DIST [ARGUMENT...]: sets $jvm, the virtual machine's options, and $modules, what it finds the program by
vfio_jvm() {
  local dist=$1 cache=vfio
  shift
  # No --illegal-native-access=deny: it switches off most of the AOT cache. The VM's tests run with it (testbed/guest/vfio).
  modules=("--enable-native-access=org.vfio4j.linux,org.cryptomator.jfuse.linux.amd64"
    --add-opens org.cryptomator.jfuse.linux.amd64/org.cryptomator.jfuse.linux.amd64=org.vfio4j.fuse
    --module-path "$dist/lib${VFIO4J_MODULE_PATH:+:$VFIO4J_MODULE_PATH}")
  jvm=(-XX:+UseSerialGC -XX:-UsePerfData -Xlog:disable -Xlog:all=error:stderr)
  # etcd's client is no module and has dozens of jars: they are there for the commands that may need them, and only for these.
  case ${1-} in fleet | agent | start) modules+=(--class-path "$dist/lib/fleet/*" --sun-misc-unsafe-memory-access=allow) ;; esac
  case ${1-} in fleet | agent) cache=fleet ;; esac
  # The cache is of the product's own modules; with others' it would not be taken.
  if [ -e "$dist/$cache.aot" ] && [ -z "${VFIO4J_MODULE_PATH:-}" ]; then
    jvm+=(-XX:AOTCache="$dist/$cache.aot")
  fi
  # One compiler starts fastest; what serves for long, or a guest waits for, has both.
  case ${1-} in serve | serve-device | vnc | agent) ;; *) jvm+=(-XX:TieredStopAtLevel=1) ;; esac
  if [ -t 1 ]; then
    jvm+=(-Dvfio4j.terminal=true)
  fi
}

# vfio_train JAVA DIST TREE: makes the JDK's AOT caches, which make the start three times as fast; without one everything works all the same.
# What it runs has the captured tree TREE for its machine.
vfio_train() {
  local java=$1 dist=$2 tree=$3 jvm modules
  rm -f "$dist/vfio.aot" "$dist/fleet.aot"
  vfio_jvm "$dist" train
  "$java" -XX:AOTCacheOutput="$dist/vfio.aot" "${jvm[@]}" "${modules[@]}" \
    --module org.vfio4j.cli/org.vfio4j.cli.Training "$tree" || rm -f "$dist/vfio.aot"
  vfio_jvm "$dist" fleet
  "$java" -XX:AOTCacheOutput="$dist/fleet.aot" "${jvm[@]}" "${modules[@]}" \
    --module org.vfio4j.cli/org.vfio4j.cli.FleetTraining || rm -f "$dist/fleet.aot"
}
