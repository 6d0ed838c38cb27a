# shellcheck shell=bash
# How the command's JVM is started. Sourced by ./vfio and by the installed launcher.

# vfio_jvm DIST [COMMAND]: sets $jvm, the virtual machine's options, and $modules, what it finds the program by
vfio_jvm() {
  local dist=$1 command=${2-} path cache=vfio more=()
  path=$dist/lib${VFIO4J_MODULE_PATH:+:$VFIO4J_MODULE_PATH}
  # What some commands need would slow the start of all others, so it is there for these alone.
  case $command in
    serve)
      path+=:$dist/console
      more=(--add-modules "io.helidon.webserver.websocket,io.prometheus.metrics.core,io.prometheus.writer.text"
        --class-path "$dist/fleet/*" --sun-misc-unsafe-memory-access=allow)
      cache=
      ;;
    # etcd's client is no module.
    fleet | agent | start | migrate) more=(--class-path "$dist/fleet/*" --sun-misc-unsafe-memory-access=allow) ;;
  esac
  case $command in fleet | agent) cache=fleet ;; esac
  # No --illegal-native-access=deny: it switches off most of the AOT cache. The VM's tests run with it (testbed/guest/vfio).
  modules=("--enable-native-access=org.vfio4j.linux,org.cryptomator.jfuse.linux.amd64"
    --add-opens org.cryptomator.jfuse.linux.amd64/org.cryptomator.jfuse.linux.amd64=org.vfio4j.fuse
    --module-path "$path" "${more[@]}")
  jvm=(-XX:+UseSerialGC -XX:-UsePerfData -Xlog:disable -Xlog:all=error:stderr)
  # A cache is of one path; with others' modules it would not be taken.
  if [ -n "$cache" ] && [ -z "${VFIO4J_MODULE_PATH:-}" ] && [ -e "$dist/$cache.aot" ]; then
    jvm+=(-XX:AOTCache="$dist/$cache.aot")
  fi
  # One compiler starts fastest; what serves for long, or a guest waits for, has both.
  case $command in serve | serve-device | vnc | agent) ;; *) jvm+=(-XX:TieredStopAtLevel=1) ;; esac
  if [ -t 1 ]; then
    jvm+=(-Dvfio4j.terminal=true)
  fi
}

# vfio_train JAVA DIST TREE: makes the JDK's AOT caches, which make the start three times as fast; without them everything works all the same.
# What they run has the captured tree TREE for its machine.
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
