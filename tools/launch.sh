# shellcheck shell=bash
# How the command's JVM is started. Sourced by ./vfio and by the installed launcher.

# vfio_jvm DIST [WORD...]: sets $jvm, the virtual machine's options, and $modules, what it finds the program by, for that command line
vfio_jvm() {
  local dist=$1 command=${2-} path cache=vfio more=()
  shift
  path=$dist/lib${VFIO4J_MODULE_PATH:+:$VFIO4J_MODULE_PATH}
  # What some commands need would slow the start of all others, so it is there for these alone.
  case $command in
    # etcd's client is no module.
    serve)
      more=(--class-path "$dist/fleet/*" --sun-misc-unsafe-memory-access=allow)
      if vfio_wants_console "${@:2}"; then
        path+=:$dist/console
        more+=(--add-modules "io.helidon.webserver.websocket,io.prometheus.metrics.core,io.prometheus.writer.text")
        cache=
      fi
      ;;
    fleet | agent | start | migrate) more=(--class-path "$dist/fleet/*" --sun-misc-unsafe-memory-access=allow) ;;
  esac
  # A cache is loaded whole, so what prints tables has one without the JSON library.
  case $command in
    fleet | agent) cache=fleet ;;
    train) cache= ;;
    '' | -* | help | complete) cache=tables ;;
    list | types | probe | demo) if vfio_needs_no_json "${@:2}"; then cache=tables; fi ;;
  esac
  # No --illegal-native-access=deny: it switches off most of the AOT cache. The VM's tests run with it (testbed/guest/vfio).
  modules=("--enable-native-access=org.vfio4j.linux,org.cryptomator.jfuse.linux.amd64"
    --add-opens org.cryptomator.jfuse.linux.amd64/org.cryptomator.jfuse.linux.amd64=org.vfio4j.fuse
    --module-path "$path" "${more[@]}")
  # Nothing of the cache: where it cannot be used, all works as well, a little later.
  jvm=(-XX:+UseSerialGC -XX:-UsePerfData -Xlog:disable "-Xlog:all=error,aot*=off,cds*=off:stderr")
  # A cache is of one path; with others' modules it would not be taken.
  if [ -n "$cache" ] && [ -z "${VFIO4J_MODULE_PATH:-}" ] && [ -r "$dist/$cache.aot" ]; then
    jvm+=(-XX:AOTCache="$dist/$cache.aot")
  fi
  # One compiler starts fastest; what serves for long, or a guest waits for, has both.
  case $command in serve | serve-device | vnc | agent) ;; *) jvm+=(-XX:TieredStopAtLevel=1) ;; esac
  if [ -t 1 ]; then
    jvm+=(-Dvfio4j.terminal=true)
  fi
  if [ -t 2 ]; then
    jvm+=(-Dvfio4j.progress=true)
  fi
}

# vfio_wants_console WORD...: the line, the environment or a file of settings says so, or may: its 45 modules take a second to find
vfio_wants_console() {
  local file
  [[ " $*" != *" --con"* && -z "${VFIO4J_SERVE_CONSOLE:-}" && -z "${VFIO4J_CONSOLE:-}" ]] || return 0
  for file in "${VFIO4J_CONFIG:-${XDG_CONFIG_HOME:-${HOME:-}/.config}/vfio4j/vfio.conf}" /etc/vfio4j/vfio.conf; do
    if [ -r "$file" ] && [[ $(<"$file") == *console* ]]; then
      return 0
    fi
  done
  return 1
}

# vfio_needs_no_json WORD...: neither a document is printed, nor a snapshot read, nor the running host asked; where this is mistaken, a start is slower
vfio_needs_no_json() {
  local word host='' next=
  [ -z "${VFIO4J_OUTPUT:-}" ] || return 1
  for word; do
    if [ -n "$next" ]; then
      host=$word next=
      continue
    fi
    case $word in
      --host) next=1 ;;
      --host=*) host=${word#*=} ;;
      -o* | --output* | --run-dir*) return 1 ;;
    esac
  done
  case $host in
    kernel | demo) ;;
    '') [ ! -S "${VFIO4J_RUN_DIR:-${XDG_RUNTIME_DIR:-/run}/vfio4j}/control.sock" ] && [ ! -S "${VFIO4J_RUN_DIR:-/run/vfio4j}/control.sock" ] ;;
    *) [ -d "$host" ] ;;
  esac
}

# vfio_train JAVA DIST TREE: makes the JDK's AOT caches, which make the start three times as fast; without them everything works all the same.
# What they run has the captured tree TREE for its machine.
vfio_train() {
  local java=$1 dist=$2 tree=$3 jvm modules
  rm -f "$dist"/{vfio,tables,fleet}.aot
  vfio_jvm "$dist" train
  "$java" -XX:AOTCacheOutput="$dist/tables.aot" "${jvm[@]}" "${modules[@]}" \
    --module org.vfio4j.cli/org.vfio4j.cli.Training "$tree" tables || rm -f "$dist/tables.aot"
  "$java" -XX:AOTCacheOutput="$dist/vfio.aot" "${jvm[@]}" "${modules[@]}" \
    --module org.vfio4j.cli/org.vfio4j.cli.Training "$tree" || rm -f "$dist/vfio.aot"
  vfio_jvm "$dist" fleet
  "$java" -XX:AOTCacheOutput="$dist/fleet.aot" "${jvm[@]}" "${modules[@]}" \
    --module org.vfio4j.cli/org.vfio4j.cli.FleetTraining || rm -f "$dist/fleet.aot"
}
