package io.mothership.app;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;

/**
 * One NATS connection that publishes to a stream with a sync before every acknowledgement, and
 * keeps a window of messages unacknowledged. It knows of the protocol what it needs and costs
 * little, so that the server is what is measured.
 *
 * <p><i>Thread:</i> one; a virtual thread of its own reads the acknowledgements.
 */
final class AckedPublisher implements AutoCloseable {
  private static final int WINDOW = 256;
  private static final int PAYLOAD = 160;
  private static final String SUBJECT = "constellation.events.bench.note";
  private static final String INBOX = "_INBOX.bench";
  private static final int BATCH = 16;

  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;
  private final byte[] message;

  private AckedPublisher(final Socket socket, final String subject, final int payload)
      throws IOException {
    this.socket = socket;
    this.in = new BufferedInputStream(socket.getInputStream(), 64 * 1024);
    this.out = socket.getOutputStream();
    final String text =
        "PUB " + subject + " " + INBOX + " " + payload + "\r\n" + "x".repeat(payload) + "\r\n";
    this.message = text.repeat(BATCH).getBytes(StandardCharsets.US_ASCII);
  }

  static AckedPublisher connect(final int port) throws IOException {
    return connect(port, SUBJECT, PAYLOAD);
  }

  /** To a stream of the caller's, with payloads of so many bytes. */
  static AckedPublisher connect(final int port, final String subject, final int payload)
      throws IOException {
    final Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setTcpNoDelay(true);
    final AckedPublisher publisher = new AckedPublisher(socket, subject, payload);
    final String inbox = INBOX + " 1\r\nPING\r\n";
    publisher.out.write(
        ("CONNECT {\"verbose\":false,\"pedantic\":false}\r\nSUB " + inbox)
            .getBytes(StandardCharsets.US_ASCII));
    publisher.line("INFO ");
    publisher.line("PONG");
    return publisher;
  }

  /** Publishes about so many messages and returns when all are acknowledged. */
  int publish(final int count) throws IOException, InterruptedException {
    final int batches = (count + BATCH - 1) / BATCH;
    final Semaphore window = new Semaphore(WINDOW);
    final CompletableFuture<Void> acknowledged = new CompletableFuture<>();
    Thread.startVirtualThread(() -> read(batches * BATCH, window, acknowledged));
    for (int i = 0; i < batches; i++) {
      window.acquire(BATCH);
      if (acknowledged.isCompletedExceptionally()) {
        break;
      }
      out.write(message);
    }
    acknowledged.join();
    return batches * BATCH;
  }

  private void read(
      final int count, final Semaphore window, final CompletableFuture<Void> acknowledged) {
    try {
      int acks = 0;
      while (acks < count) {
        final String line = line("");
        if (line.startsWith("PING")) {
          continue;
        }
        final String ack = line("{");
        if (ack.contains("\"error\"")) {
          throw new IOException("refused: " + ack);
        }
        acks++;
        window.release();
      }
      acknowledged.complete(null);
    } catch (final IOException e) {
      acknowledged.completeExceptionally(e);
      window.release(WINDOW);
    }
  }

  private String line(final String expected) throws IOException {
    final StringBuilder text = new StringBuilder();
    int letter = in.read();
    while (letter != '\n') {
      if (letter < 0) {
        throw new IOException("the server closed the connection: " + text);
      }
      text.append((char) letter);
      letter = in.read();
    }
    if (text.indexOf(expected) != 0) {
      throw new IOException("expected " + expected + ", got " + text);
    }
    return text.toString();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
