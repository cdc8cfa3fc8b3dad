package io.mothership.app;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;

/**
 * One NATS connection that publishes messages each of which differs, keeps a window of them
 * unacknowledged, and counts those that are refused.
 *
 * <p><i>Thread:</i> one; a virtual thread of its own reads the acknowledgements.
 */
final class WindowedPublisher implements AutoCloseable {
  private static final int WINDOW = 4096;
  private static final int BATCH = 64;
  private static final String INBOX = "_INBOX.window.";
  private static final AtomicInteger CONNECTIONS = new AtomicInteger();

  private final Socket socket;
  private final String inbox = INBOX + CONNECTIONS.incrementAndGet();
  private final InputStream in;
  private final OutputStream out;
  private int refused;
  private String refusal = "";

  private WindowedPublisher(final Socket socket) throws IOException {
    this.socket = socket;
    this.in = new BufferedInputStream(socket.getInputStream(), 64 * 1024);
    this.out = socket.getOutputStream();
  }

  static WindowedPublisher connect(final int port) throws IOException {
    final Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setTcpNoDelay(true);
    final WindowedPublisher publisher = new WindowedPublisher(socket);
    publisher.out.write(
        ascii(
            "CONNECT {\"verbose\":false,\"headers\":true,\"no_responders\":true}\r\nSUB "
                + publisher.inbox
                + " 1\r\nPING\r\n"));
    publisher.line();
    while (!publisher.line().startsWith("PONG")) {
      // What else it says before is not wanted.
    }
    return publisher;
  }

  /**
   * What to publish.
   *
   * @param id that the stream remembers, empty for none
   */
  record Message(String subject, String id, int payloadBytes) {
    private byte[] encode(final String inbox) {
      final String payload = "x".repeat(payloadBytes) + "\r\n";
      if (id.isEmpty()) {
        return ascii("PUB " + subject + " " + inbox + " " + payloadBytes + "\r\n" + payload);
      }
      final String headers = "NATS/1.0\r\nNats-Msg-Id: " + id + "\r\n\r\n";
      final int length = headers.length() + payloadBytes;
      return ascii(
          "HPUB "
              + (subject + " " + inbox + " " + headers.length() + " " + length + "\r\n")
              + headers
              + payload);
    }
  }

  /** A message to a subject. */
  static Message message(final String subject, final int payloadBytes) {
    return new Message(subject, "", payloadBytes);
  }

  /** A message to a subject with an id that the stream remembers. */
  static Message message(final String subject, final String id, final int payloadBytes) {
    return new Message(subject, id, payloadBytes);
  }

  /** Publishes message 0 to {@code count - 1} and returns when each was answered. */
  void publish(final int count, final IntFunction<Message> message)
      throws IOException, InterruptedException {
    final Semaphore window = new Semaphore(WINDOW);
    final CompletableFuture<Void> answered = new CompletableFuture<>();
    Thread.startVirtualThread(() -> read(count, window, answered));
    final ByteArrayOutputStream batch = new ByteArrayOutputStream();
    for (int i = 0; i < count && !answered.isCompletedExceptionally(); i++) {
      batch.writeBytes(message.apply(i).encode(inbox));
      if (i % BATCH == BATCH - 1 || i == count - 1) {
        window.acquire(i % BATCH + 1);
        batch.writeTo(out);
        batch.reset();
      }
    }
    answered.join();
  }

  /** Publishes one after the other and returns how long each took, sorted. */
  long[] oneByOneNs(final int count, final IntFunction<Message> message) throws IOException {
    final long[] ns = new long[count];
    for (int i = 0; i < count; i++) {
      final long beginNs = System.nanoTime();
      out.write(message.apply(i).encode(inbox));
      answer();
      ns[i] = System.nanoTime() - beginNs;
    }
    Arrays.sort(ns);
    return ns;
  }

  /** Messages that were refused so far. */
  int refused() {
    return refused;
  }

  /** What the first of them was answered. */
  Optional<String> refusal() {
    return refusal.isEmpty() ? Optional.empty() : Optional.of(refusal);
  }

  private void read(
      final int count, final Semaphore window, final CompletableFuture<Void> answered) {
    try {
      for (int i = 0; i < count; i++) {
        answer();
        window.release();
      }
      answered.complete(null);
    } catch (final IOException e) {
      answered.completeExceptionally(e);
      window.release(WINDOW);
    }
  }

  private void answer() throws IOException {
    String line = line();
    while (!line.startsWith("MSG ") && !line.startsWith("HMSG ")) {
      if (line.startsWith("-ERR")) {
        throw new IOException(line);
      }
      if (line.startsWith("PING")) {
        out.write(ascii("PONG\r\n"));
      }
      line = line();
    }
    final int length = Integer.parseInt(line.substring(line.lastIndexOf(' ') + 1));
    final String answer = new String(in.readNBytes(length), StandardCharsets.UTF_8);
    in.skipNBytes(2);
    if (line.startsWith("HMSG") || answer.contains("\"error\"")) {
      refused++;
      if (refusal.isEmpty()) {
        refusal = answer;
      }
    }
  }

  private String line() throws IOException {
    final StringBuilder text = new StringBuilder();
    for (int letter = in.read(); letter != '\n'; letter = in.read()) {
      if (letter < 0) {
        throw new IOException("the server closed the connection: " + text);
      }
      if (letter != '\r') {
        text.append((char) letter);
      }
    }
    return text.toString();
  }

  private static byte[] ascii(final String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
