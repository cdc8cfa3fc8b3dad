package io.mothership.sidebyside;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A server on an ephemeral port of 127.0.0.1 with an empty store, started with nats-server's
 * command line and the same configuration file whichever it is; closing ends it and deletes the
 * store.
 */
final class ServerProcess implements AutoCloseable {
  private static final Pattern PORT = Pattern.compile("nats://[^:\"]+:(\\d+)");
  private static final long START_PATIENCE_MS = 600_000;
  private static final long STOP_PATIENCE_S = 30;
  private static final long POLL_MS = 20;

  private final Process process;
  private final Path folder;
  private final int port;

  private ServerProcess(final Process process, final Path folder, final int port) {
    this.process = process;
    this.folder = folder;
    this.port = port;
  }

  /**
   * Starts it and waits until it listens.
   *
   * @param command how it is called, e.g. {@code nats-server} or {@code mothership broker}
   * @param folder for its store, configuration and log; must not exist
   */
  static ServerProcess start(final List<String> command, final Path folder)
      throws IOException, InterruptedException {
    final Path ports = Files.createDirectories(folder.resolve("ports"));
    final Path configuration = folder.resolve("nats.conf");
    Files.writeString(
        configuration,
        """
        jetstream {
          store_dir: "%s"
          max_file_store: 64GB
          sync_interval: always
        }
        """
            .formatted(folder.resolve("store")));
    final Process process =
        new ProcessBuilder(
                Stream.concat(
                        command.stream(),
                        Stream.of(
                            "-a",
                            "127.0.0.1",
                            "-p",
                            "-1",
                            "--ports_file_dir",
                            ports.toString(),
                            "-c",
                            configuration.toString()))
                    .toList())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("log").toFile())
            .start();
    boolean isStarted = false;
    try {
      final ServerProcess server = new ServerProcess(process, folder, port(process, ports));
      isStarted = true;
      return server;
    } finally {
      if (!isStarted) {
        process.destroyForcibly();
      }
    }
  }

  int port() {
    return port;
  }

  /** Processor time it has used until now. */
  Duration processorTime() {
    return process.toHandle().info().totalCpuDuration().orElse(Duration.ZERO);
  }

  private static int port(final Process process, final Path ports)
      throws IOException, InterruptedException {
    final long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(START_PATIENCE_MS);
    while (process.isAlive() && System.nanoTime() < deadline) {
      try (Stream<Path> files = Files.list(ports)) {
        for (final Path file : files.toList()) {
          final Matcher matcher = PORT.matcher(Files.readString(file));
          if (matcher.find()) {
            return Integer.parseInt(matcher.group(1));
          }
        }
      }
      Thread.sleep(POLL_MS);
    }
    throw new IOException(
        "the server did not start: log=" + ports.resolveSibling("log") + ", process=" + process);
  }

  @Override
  public void close() throws IOException {
    process.destroy();
    try {
      if (!process.waitFor(STOP_PATIENCE_S, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (final InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (final Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
