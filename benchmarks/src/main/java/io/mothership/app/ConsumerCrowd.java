package io.mothership.app;

import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.JetStreamOptions;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.nats.client.api.ConsumerConfiguration;
import java.io.BufferedInputStream;
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
  private final AtomicLong messages = new AtomicLong();

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

  /** The text that pulls a batch from a consumer. */
  static String pull(
      final String stream, final String consumer, final String inbox, final int batch) {
    final String body = "{\"batch\":" + batch + "}";
    return "PUB $JS.API.CONSUMER.MSG.NEXT."
        + stream
        + "."
        + consumer
        + " "
        + inbox
        + " "
        + body.length()
        + "\r\n"
        + body
        + "\r\n";
  }

  /** Publishes protocol text on the connection that was opened last. */
  void send(final String text) throws IOException {
    sockets.getLast().getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
  }

  /**
   * One more connection that listens and reads no more than whether it may.
   *
   * @return the error it got, empty if none
   */
  String tryListen(final List<String> subjects) throws IOException {
    final Socket socket = connect(subjects, 4 * 1024);
    socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
    final InputStream in = new BufferedInputStream(socket.getInputStream());
    for (String line = line(in); !line.startsWith("PONG"); line = line(in)) {
      if (line.startsWith("-ERR") || line.isEmpty()) {
        return line.isEmpty() ? "closed without a word" : line;
      }
    }
    return "";
  }

  /** Closes those that were opened first. */
  void closeSome(final int count) throws IOException {
    for (final Socket socket : sockets.subList(0, count)) {
      socket.close();
    }
  }

  /** Reads what waits for the one that was opened first, and returns its last line. */
  String lastLine() throws IOException {
    final Socket socket = sockets.getFirst();
    socket.setSoTimeout(10_000);
    final InputStream in = new BufferedInputStream(socket.getInputStream(), 64 * 1024);
    String last = "";
    try {
      for (String line = line(in); !line.isEmpty(); line = line(in)) {
        last = line.isBlank() ? last : line;
      }
      return last.substring(0, Math.min(60, last.length())).strip() + ", then it was closed";
    } catch (final IOException e) {
      return e.getMessage();
    }
  }

  /** With its end; empty at the end of the connection. */
  private static String line(final InputStream in) throws IOException {
    final StringBuilder text = new StringBuilder();
    for (int letter = in.read(); letter >= 0; letter = in.read()) {
      text.append((char) letter);
      if (letter == '\n') {
        break;
      }
    }
    return text.toString();
  }

  /** Messages that those who read received. */
  long messages() {
    return messages.get();
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
        messages.addAndGet(count(buffer, length));
      }
    } catch (final IOException e) {
      // Closed: by the end of the run, or by the appliance, whose log says why.
    }
  }

  /**
   * No payload has such a letter in it; each message's line does, in its acknowledgement subject.
   */
  private static int count(final byte[] bytes, final int length) {
    int found = 0;
    for (int i = 0; i < length; i++) {
      found += bytes[i] == '$' ? 1 : 0;
    }
    return found;
  }

  @Override
  public void close() throws IOException {
    for (final Socket socket : sockets) {
      socket.close();
    }
  }
}
