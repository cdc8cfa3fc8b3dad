#!/bin/sh
# Finds a Java 25 runtime and runs the appliance's jars with it. MOTHERSHIP_JAVA_HOME names another
# runtime, MOTHERSHIP_JAVA_OPTS adds options for the JVM.

lib=/usr/share/mothership

is_java_25() {
  [ -x "$1/bin/java" ] && grep -q '^JAVA_VERSION="25["._]' "$1/release" 2>/dev/null
}

if [ -n "$MOTHERSHIP_JAVA_HOME" ]; then
  java_home=$MOTHERSHIP_JAVA_HOME
else
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

# exec: systemd knows and watches this process.
# shellcheck disable=SC2086 # options are words
exec "$java_home/bin/java" @"$lib/jvm.options" $MOTHERSHIP_JAVA_OPTS \
  -cp "$lib/mothership.jar:$lib/lib/*" io.mothership.app.Main "$@"
