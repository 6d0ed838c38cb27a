# shellcheck shell=bash
# How the command's JVM is started. Sourced by ./vfio and by the installed launcher.

# vfio_jvm DIST [COMMAND]: sets $jvm, the virtual machine's options, and $modules, what it finds the program by
vfio_jvm() {
  local dist=$1
  local path=$dist/lib${VFIO4J_MODULE_PATH:+:$VFIO4J_MODULE_PATH} own=yes web=()
  # The console's web server would slow every other start, if its modules were looked for.
  if [ "${2-}" = serve ]; then
    path+=:$dist/console
    web=(--add-modules "io.helidon.webserver.websocket,io.prometheus.metrics.core,io.prometheus.writer.text")
    own=
  fi
  # No --illegal-native-access=deny: it switches off most of the AOT cache. The VM's tests run with it (testbed/guest/vfio).
  modules=("--enable-native-access=org.vfio4j.linux,org.cryptomator.jfuse.linux.amd64"
    --add-opens org.cryptomator.jfuse.linux.amd64/org.cryptomator.jfuse.linux.amd64=org.vfio4j.fuse
    --module-path "$path" "${web[@]}")
  jvm=(-XX:+UseSerialGC -XX:-UsePerfData -Xlog:disable -Xlog:all=error:stderr)
  # The cache is of the modules that all commands have; with others it would not be taken.
  if [ -e "$dist/vfio.aot" ] && [ -z "${VFIO4J_MODULE_PATH:-}" ] && [ -n "$own" ]; then
    jvm+=(-XX:AOTCache="$dist/vfio.aot")
  fi
  # One compiler starts fastest; what serves for long, or a guest waits for, has both.
  case ${2-} in serve | serve-device | vnc) ;; *) jvm+=(-XX:TieredStopAtLevel=1) ;; esac
  if [ -t 1 ]; then
    jvm+=(-Dvfio4j.terminal=true)
  fi
}

# vfio_train JAVA DIST TREE: makes the JDK's AOT cache, which makes the start three times as fast; without one everything works all the same.
# What it runs has the captured tree TREE for its machine.
vfio_train() {
  local java=$1 dist=$2 tree=$3 jvm modules
  rm -f "$dist/vfio.aot"
  vfio_jvm "$dist" train
  "$java" -XX:AOTCacheOutput="$dist/vfio.aot" "${jvm[@]}" "${modules[@]}" \
    --module org.vfio4j.cli/org.vfio4j.cli.Training "$tree" || rm -f "$dist/vfio.aot"
}
