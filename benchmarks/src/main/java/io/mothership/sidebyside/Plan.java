package io.mothership.sidebyside;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What is to be run.
 *
 * @param mothership our launcher, or the native executable
 * @param natsServer its executable; empty leaves it out
 * @param folder for the stores of both
 * @param runs of each server
 * @param windows most messages without acknowledgement, powers of two
 * @param payloadBytes of a message
 * @param warmUpSeconds before measuring, in each run
 * @param seconds of each measurement
 * @param sync {@code mothership.sync} in the metadata of our streams; empty for the default
 */
record Plan(
    Path mothership,
    Optional<Path> natsServer,
    Path folder,
    int runs,
    int[] windows,
    int payloadBytes,
    int warmUpSeconds,
    int seconds,
    String sync) {
  static final String USAGE =
      """
      SideBySide --nats-server FILE [OPTION VALUE]…

        --nats-server FILE   nats-server's executable, also from the environment's NATS_SERVER;
                             'none' measures ours alone. Distributions have it as package
                             nats-server, and unpacking is enough: on Debian,
                               apt-get download nats-server && dpkg -x nats-server_*.deb DIR
                             gives DIR/usr/sbin/nats-server. Newer ones:
                             https://github.com/nats-io/nats-server/releases
        --mothership FILE    our launcher, or the native executable; default ../mothership
        --folder DIR         for the stores of both; default target/side-by-side
        --runs N             of each server; default 5
        --windows N,N        most messages without acknowledgement, powers of two;
                             default 256,1024,4096,16384
        --payload BYTES      of a message; default 128
        --warm-up SECONDS    before measuring, in each run; default 6
        --seconds SECONDS    of each measurement; default 4
        --sync POLICY        always or interval for our streams; default as configured: always
      """;

  /**
   * Reads the command line.
   *
   * @throws IllegalArgumentException saying what is wrong with it
   */
  static Plan of(final String[] arguments, final Map<String, String> environment) {
    final Map<String, String> given = new HashMap<>();
    for (int i = 0; i < arguments.length; i += 2) {
      if (i + 1 == arguments.length || !USAGE.contains(arguments[i] + " ")) {
        throw new IllegalArgumentException("unknown, or without a value: " + arguments[i]);
      }
      given.put(arguments[i], arguments[i + 1]);
    }
    final String peer =
        given.getOrDefault("--nats-server", environment.getOrDefault("NATS_SERVER", ""));
    final Plan plan =
        new Plan(
            Path.of(given.getOrDefault("--mothership", "../mothership")),
            "none".equals(peer) ? Optional.empty() : Optional.of(Path.of(peer)),
            Path.of(given.getOrDefault("--folder", "target/side-by-side")).toAbsolutePath(),
            Integer.parseInt(given.getOrDefault("--runs", "5")),
            Arrays.stream(given.getOrDefault("--windows", "256,1024,4096,16384").split(","))
                .mapToInt(Integer::parseInt)
                .toArray(),
            Integer.parseInt(given.getOrDefault("--payload", "128")),
            Integer.parseInt(given.getOrDefault("--warm-up", "6")),
            Integer.parseInt(given.getOrDefault("--seconds", "4")),
            given.getOrDefault("--sync", ""));
    plan.check();
    return plan;
  }

  private void check() {
    requireExecutable("--mothership", mothership);
    natsServer.ifPresent(file -> requireExecutable("--nats-server", file));
    for (final int window : windows) {
      if (window < 2 || Integer.bitCount(window) != 1) {
        throw new IllegalArgumentException("--windows: not a power of two from 2 on: " + window);
      }
    }
  }

  private static void requireExecutable(final String option, final Path file) {
    if (!Files.isRegularFile(file) || !Files.isExecutable(file)) {
      throw new IllegalArgumentException(option + ": not an executable: '" + file + "'");
    }
  }
}
