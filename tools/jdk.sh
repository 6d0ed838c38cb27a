# shellcheck shell=bash
# Finds a JDK of at least $VFIO4J_JDK_MIN (25). Sourced by ./vfio, ./check and testbed/kernel-vm.
#
# find_jdk prints the JDK's home, or explains on stderr what to do and returns 3.

VFIO4J_JDK_MIN=${VFIO4J_JDK_MIN:-25}

# jdk_feature HOME: the feature release (25 for 25.0.1), or nothing if HOME is no JDK with a compiler.
jdk_feature() {
  local home=$1 line
  [ -x "$home/bin/java" ] && [ -x "$home/bin/javac" ] || return 0
  if [ -r "$home/release" ]; then
    line=$(sed -n 's/^JAVA_VERSION="\{0,1\}\([0-9]*\).*/\1/p' "$home/release")
  else
    line=$("$home/bin/java" -version 2>&1 | sed -n '1s/.*"\([0-9]*\).*/\1/p')
  fi
  printf '%s' "$line"
}

find_jdk() {
  local candidates=() home version seen='' java
  [ -n "${JAVA_HOME:-}" ] && candidates+=("$JAVA_HOME")
  java=$(command -v javac || true)
  if [ -n "$java" ]; then
    java=$(readlink -f "$java")
    candidates+=("${java%/bin/javac}")
  fi
  for home in /usr/lib/jvm/* /usr/java/* /opt/java/* /opt/jdk* "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/*; do
    [ -d "$home" ] && candidates+=("$home")
  done
  for home in "${candidates[@]}"; do
    version=$(jdk_feature "$home")
    [ -n "$version" ] || continue
    if [ "$version" -ge "$VFIO4J_JDK_MIN" ]; then
      printf '%s\n' "$home"
      return 0
    fi
    seen="$seen $home ($version)"
  done
  {
    echo "vfio4j needs a JDK $VFIO4J_JDK_MIN or later, and there is none in JAVA_HOME, on PATH or in the usual JVM folders."
    [ -n "$seen" ] && echo "Found, but too old:$seen."
    echo "Install one (on Debian or Ubuntu: the package temurin-25-jdk, or openjdk-25-jdk where it exists) and, if it lies elsewhere, set JAVA_HOME to it."
  } >&2
  return 3
}
