package io.mothership.alien;

import io.nats.client.Connection;
import io.nats.client.ErrorListener;
import io.nats.client.JetStreamApiException;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.nats.client.api.DiscardPolicy;
import io.nats.client.api.RetentionPolicy;
import io.nats.client.api.StreamConfiguration;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A nats-server of the machine, with the contract's streams, that can be killed and started again.
 */
@SuppressWarnings("try")
final class NatsServerProcess implements AutoCloseable {

  private static final String PROPERTY = "mothership.test.nats-server";

  private final Path program;
  private final Path folder;
  private final int port;
  private Process process;

  private NatsServerProcess(final Path program, final Path folder, final int port) {
    this.program = program;
    this.folder = folder;
    this.port = port;
  }

  static Optional<Path> program() {
    return Optional.ofNullable(System.getProperty(PROPERTY)).map(Path::of);
  }

  static NatsServerProcess start(final Path program, final Path folder)
      throws IOException, InterruptedException, JetStreamApiException {
    final NatsServerProcess server = new NatsServerProcess(program, folder, freePort());
    server.start();
    server.createStreams();
    return server;
  }

  String url() {
    return "nats://127.0.0.1:" + port;
  }

  void start() throws IOException, InterruptedException {
    process =
        new ProcessBuilder(
                program.toString(),
                "-a",
                "127.0.0.1",
                "-p",
                Integer.toString(port),
                "-js",
                "-sd",
                folder.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("log").toFile())
            .start();
    connect().close();
  }

  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  Connection connect() throws IOException, InterruptedException {
    final long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (true) {
      try {
        return Nats.connect(
            Options.builder()
                .server(url())
                .noReconnect()
                .errorListener(new ErrorListener() {})
                .build());
      } catch (final IOException e) {
        if (System.nanoTime() - deadlineNs >= 0) {
          throw e;
        }
        Thread.sleep(20);
      }
    }
  }

  @Override
  public void close() throws InterruptedException {
    kill();
  }

  private void createStreams() throws IOException, InterruptedException, JetStreamApiException {
    try (Connection connection = connect()) {
      // A window much shorter than any outage: Alien must not need it.
      add(connection, "TELEMETRY", RetentionPolicy.Limits, DiscardPolicy.Old, 100, 25_000);
      add(connection, "EVENTS", RetentionPolicy.WorkQueue, DiscardPolicy.Old, 120_000, 50_000);
      add(connection, "COMMANDS", RetentionPolicy.WorkQueue, DiscardPolicy.New, 60_000, 10_000);
    }
  }

  private static void add(
      final Connection connection,
      final String name,
      final RetentionPolicy retention,
      final DiscardPolicy discard,
      final int duplicateMillis,
      final int messagesMax)
      throws IOException, JetStreamApiException {
    connection
        .jetStreamManagement()
        .addStream(
            StreamConfiguration.builder()
                .name("CONSTELLATION_" + name)
                .subjects("constellation." + name.toLowerCase(Locale.ROOT) + ".>")
                .retentionPolicy(retention)
                .discardPolicy(discard)
                .maxMessages(messagesMax)
                .maximumMessageSize(65_536)
                .allowDirect(retention == RetentionPolicy.Limits)
                .duplicateWindow(Duration.ofMillis(duplicateMillis))
                .build());
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
