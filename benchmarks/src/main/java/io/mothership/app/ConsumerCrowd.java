package io.mothership.app;

import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.JetStreamOptions;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.nats.client.api.ConsumerConfiguration;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntFunction;

/**
 * Many consumers of one stream and the bare connections that listen for them, some of which never
 * read.
 *
 * <p><i>Thread:</i> one; virtual threads read.
 */
final class ConsumerCrowd implements AutoCloseable {
  private static final int ASKING = 16;
  private static final int PER_CONNECTION = 100;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final int port;
  private final String stream;
  private final List<Socket> sockets = new ArrayList<>();
  private final AtomicLong received = new AtomicLong();

  ConsumerCrowd(final int port, final String stream) {
    this.port = port;
    this.stream = stream;
  }

  /**
   * Makes so many consumers.
   *
   * @return how many were refused, and the first reason
   */
  Refusals create(final int count, final IntFunction<ConsumerConfiguration> configuration)
      throws Exception {
    final AtomicInteger next = new AtomicInteger();
    final AtomicInteger refused = new AtomicInteger();
    final AtomicReference<String> reason = new AtomicReference<>("");
    try (Connection client = client(port);
        ExecutorService asking = Executors.newVirtualThreadPerTaskExecutor()) {
      final JetStreamManagement management =
          client.jetStreamManagement(JetStreamOptions.builder().requestTimeout(PATIENCE).build());
      for (int i = 0; i < ASKING; i++) {
        asking.submit(
            () -> {
              for (int n = next.getAndIncrement(); n < count; n = next.getAndIncrement()) {
                try {
                  management.addOrUpdateConsumer(stream, configuration.apply(n));
                } catch (final IOException | JetStreamApiException e) {
                  refused.incrementAndGet();
                  reason.compareAndSet("", e.getMessage());
                }
              }
            });
      }
      asking.shutdown();
      asking.awaitTermination(1, TimeUnit.HOURS);
    }
    return new Refusals(refused.get(), reason.get());
  }

  /** How many requests were refused, and why the first was. */
  record Refusals(int count, String reason) {
    @Override
    public String toString() {
      return count == 0 ? "none refused" : count + " refused: " + reason;
    }
  }

  /** Connections that listen to the subjects and read nothing, {@value #PER_CONNECTION} on each. */
  void listenWithoutReading(final List<String> subjects) throws IOException {
    for (int at = 0; at < subjects.size(); at += PER_CONNECTION) {
      connect(subjects.subList(at, Math.min(at + PER_CONNECTION, subjects.size())), 4 * 1024);
    }
  }

  /** The same with connections that read everything and acknowledge nothing. */
  void listenReading(final List<String> subjects) throws IOException {
    for (int at = 0; at < subjects.size(); at += PER_CONNECTION) {
      final Socket socket =
          connect(subjects.subList(at, Math.min(at + PER_CONNECTION, subjects.size())), 64 * 1024);
      Thread.startVirtualThread(() -> count(socket));
    }
  }

  /** A client that waits long enough for a busy machine. */
  static Connection client(final int port) throws IOException, InterruptedException {
    return Nats.connect(
        Options.builder().server("nats://127.0.0.1:" + port).connectionTimeout(PATIENCE).build());
  }

  /** Publishes protocol text on the connection that was opened last. */
  void send(final String text) throws IOException {
    sockets.getLast().getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
  }

  /** Bytes that those who read received. */
  long received() {
    return received.get();
  }

  /** Waits until nothing comes any more. */
  void awaitQuiet() throws InterruptedException {
    long seen = -1;
    while (seen != received()) {
      seen = received();
      Thread.sleep(1_000);
    }
  }

  private Socket connect(final List<String> subjects, final int receiveBytes) throws IOException {
    final Socket socket = new Socket();
    socket.setReceiveBufferSize(receiveBytes);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 10_000);
    sockets.add(socket);
    final StringBuilder text =
        new StringBuilder("CONNECT {\"verbose\":false,\"headers\":true}\r\n");
    int id = 0;
    for (final String subject : subjects) {
      id++;
      text.append("SUB ").append(subject).append(' ').append(id).append("\r\n");
    }
    socket.getOutputStream().write(text.toString().getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  private void count(final Socket socket) {
    final byte[] buffer = new byte[64 * 1024];
    try {
      final InputStream in = socket.getInputStream();
      for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
        received.addAndGet(length);
      }
    } catch (final IOException e) {
      // Closed: by the end of the run, or by the appliance, whose log says why.
    }
  }

  @Override
  public void close() throws IOException {
    for (final Socket socket : sockets) {
      socket.close();
    }
  }
}
