#!/bin/sh
# Finds a Java 25 runtime and runs the appliance's jars with it. MOTHERSHIP_JAVA_HOME names another
# runtime, MOTHERSHIP_JAVA_OPTS adds options for the JVM; MOTHERSHIP_AOT=off goes without the cache that
# makes the service's starts faster.

lib=/usr/share/mothership

is_java_25() {
  [ -x "$1/bin/java" ] && grep -q '^JAVA_VERSION="25["._]' "$1/release" 2>/dev/null
}

if [ -n "$MOTHERSHIP_JAVA_HOME" ]; then
  java_home=$MOTHERSHIP_JAVA_HOME
else
  # shellcheck disable=SC2153 # the environment's
  for java_home in "$JAVA_HOME" /usr/lib/jvm/*; do
    if is_java_25 "$java_home"; then
      break
    fi
  done
fi
if ! is_java_25 "$java_home"; then
  echo "mothership: no Java 25 runtime in MOTHERSHIP_JAVA_HOME, JAVA_HOME or /usr/lib/jvm" >&2
  exit 78
fi

# One after the other: a cache wants the class path that it was made with, and a star has no order.
class_path=$lib/mothership.jar
for jar in "$lib"/lib/*.jar; do
  class_path=$class_path:$jar
done

# Classes loaded, linked and profiled ahead of time (JEP 483, 514, 515): a cache fits one runtime and the
# jars it was made of, whichever of them was replaced, so it is named by both.
fingerprint() {
  {
    cat "$java_home/release" "$lib/jvm.options"
    stat -L -c '%n %s %Y' "$java_home/lib/modules" "$java_home/lib/server/libjvm.so" "$lib/mothership.jar" "$lib"/lib/*.jar
  } 2>/dev/null | cksum | cut -d ' ' -f 1
}

# Only G1 writes the objects that all collectors can read. What goes wrong here costs a slower start, no more:
# an empty cache says that it was tried.
train() {
  echo "preparing for faster starts (once per version, some seconds)" >&2
  rm -f "$CACHE_DIRECTORY"/aot-*
  env -u NOTIFY_SOCKET -u WATCHDOG_USEC -u WATCHDOG_PID \
    "$java_home/bin/java" @"$lib/jvm.options" -XX:-UseSerialGC -XX:+UseG1GC -XX:AOTCacheOutput="$cache.$$" \
    -cp "$class_path" io.mothership.app.cli.Main demo --for 3s >"$CACHE_DIRECTORY/training.log" 2>&1 </dev/null
  [ -f "$cache.$$" ] || : >"$cache.$$"
  mv -f "$cache.$$" "$cache"
}

set -- -cp "$class_path" io.mothership.app.cli.Main "$@"

# systemd names the folder, and only the service gets it: what it wrote is not for root to run.
if [ -n "$CACHE_DIRECTORY" ] && [ "$MOTHERSHIP_AOT" != off ]; then
  cache=$CACHE_DIRECTORY/aot-$(fingerprint)
  [ -f "$cache" ] || train
  # A cache that does not fit after all is passed over without a word.
  [ -s "$cache" ] && set -- "-XX:AOTCache=$cache" -Xlog:aot=off,cds=off "$@"
fi

# exec: systemd knows and watches this process.
# shellcheck disable=SC2086 # options are words
exec "$java_home/bin/java" @"$lib/jvm.options" $MOTHERSHIP_JAVA_OPTS "$@"
