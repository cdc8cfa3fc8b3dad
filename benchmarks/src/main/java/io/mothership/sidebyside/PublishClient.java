package io.mothership.sidebyside;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * A client that publishes to JetStream over one connection and does as little as possible besides:
 * each message has a reply subject of its own, each acknowledgement is matched to its message, and
 * never more than a window of messages waits for one.
 *
 * <p><i>Thread:</i> the caller's. <i>Allocates:</i> nothing per message.
 */
final class PublishClient implements AutoCloseable, AckDecoder.Listener {
  private static final String INBOX = "_INBOX.sidebyside.";
  private static final byte[] PONG = "PONG\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] ACK = "{\"stream\":".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
  private static final int TOKEN_LENGTH = 8;
  private static final int NONE = -1;
  private static final int OUT_LENGTH = 64 * 1024;
  private static final int IN_LENGTH = 1024 * 1024;
  private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(60);

  private final SocketChannel channel;
  private final Selector selector;
  private final SelectionKey key;
  private final AckDecoder decoder = new AckDecoder(this);
  private final ByteBuffer out = ByteBuffer.allocateDirect(OUT_LENGTH);
  private final ByteBuffer in = ByteBuffer.allocate(IN_LENGTH);

  private int[] waiting = {NONE};
  private int nextToken;
  private long sentCount;
  private long ackedCount;
  private String answer;

  PublishClient(final int port) throws IOException {
    channel = SocketChannel.open(new InetSocketAddress("127.0.0.1", port));
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    channel.configureBlocking(false);
    selector = Selector.open();
    key = channel.register(selector, SelectionKey.OP_READ);
    send(
        ("CONNECT {\"verbose\":false,\"pedantic\":false,\"headers\":false,\"no_responders\":false,"
                + "\"protocol\":1,\"lang\":\"java\",\"version\":\"0\"}\r\nSUB "
                + INBOX
                + "* 1\r\n")
            .getBytes(StandardCharsets.US_ASCII));
  }

  /** Asks the JetStream API and waits for the answer. */
  String request(final String subject, final String payload) throws IOException {
    answer = null;
    awaitAll();
    final byte[] body = payload.getBytes(StandardCharsets.UTF_8);
    waiting = new int[] {nextToken};
    final byte[] line =
        ("PUB %s %s%08x %d\r\n%s\r\n")
            .formatted(subject, INBOX, nextToken++, body.length, payload)
            .getBytes(StandardCharsets.UTF_8);
    sentCount++;
    send(line);
    awaitAll();
    if (answer.contains("\"error\"")) {
      throw new IllegalStateException(subject + " was refused: " + answer);
    }
    return answer;
  }

  /** How often an acknowledgement came so far. */
  long ackedCount() {
    return ackedCount;
  }

  /** Publishes as fast as the window lets it until a time, and leaves the rest in flight. */
  void publish(final Message message, final int window, final long untilNs) throws IOException {
    if (waiting.length != window) {
      awaitAll();
      waiting = new int[window];
      Arrays.fill(waiting, NONE);
    }
    final int mask = window - 1;
    while (System.nanoTime() < untilNs) {
      while (sentCount - ackedCount < window
          && waiting[nextToken & mask] == NONE
          && out.remaining() >= message.length()) {
        waiting[nextToken & mask] = nextToken;
        message.put(out, nextToken++);
        sentCount++;
      }
      final boolean isMoving = write() | read();
      if (!isMoving) {
        await(1);
      }
    }
  }

  /**
   * Publishes one message after the other, each when the one before is acknowledged.
   *
   * @param latencies gets the nanoseconds each took, as far as it is long enough
   * @return how many were published
   */
  int publishOneByOne(final Message message, final long untilNs, final long[] latencies)
      throws IOException {
    awaitAll();
    waiting = new int[1];
    int count = 0;
    while (count < latencies.length && System.nanoTime() < untilNs) {
      waiting[0] = nextToken;
      final long start = System.nanoTime();
      message.put(out, nextToken++);
      sentCount++;
      awaitAll();
      latencies[count++] = System.nanoTime() - start;
    }
    return count;
  }

  /** Waits until nothing is in flight. */
  void awaitAll() throws IOException {
    final long deadline = System.nanoTime() + PATIENCE_NS;
    while (sentCount != ackedCount) {
      if (!(write() | read())) {
        await(1000);
      }
      if (System.nanoTime() > deadline) {
        throw new IOException("not acknowledged: count=" + (sentCount - ackedCount));
      }
    }
  }

  @Override
  public void onMessage(final int token, final byte[] bytes, final int payload, final int length) {
    final int index = token & (waiting.length - 1);
    if (waiting[index] != token) {
      throw new IllegalStateException("answered twice, or never asked: token=" + token);
    }
    waiting[index] = NONE;
    ackedCount++;
    if (waiting.length == 1 && answer == null) {
      answer = new String(bytes, payload, length, StandardCharsets.UTF_8);
    } else if (!isAck(bytes, payload, length)) {
      throw new IllegalStateException(
          "not an acknowledgement: " + new String(bytes, payload, length, StandardCharsets.UTF_8));
    }
  }

  @Override
  public void onPing() {
    out.put(PONG);
  }

  private static boolean isAck(final byte[] bytes, final int offset, final int length) {
    return length >= ACK.length
        && Arrays.equals(bytes, offset, offset + ACK.length, ACK, 0, ACK.length);
  }

  private void send(final byte[] bytes) throws IOException {
    final ByteBuffer rest = ByteBuffer.wrap(bytes);
    while (rest.hasRemaining()) {
      channel.write(rest);
    }
  }

  private boolean write() throws IOException {
    out.flip();
    final int written = out.hasRemaining() ? channel.write(out) : 0;
    out.compact();
    return written > 0;
  }

  private boolean read() throws IOException {
    final int count = channel.read(in);
    if (count < 0) {
      throw new IOException("the server closed the connection");
    }
    if (count > 0) {
      final int length = in.position();
      final int taken = decoder.decode(in.array(), length);
      in.position(taken).limit(length);
      in.compact();
    }
    return count > 0;
  }

  private void await(final long patienceMs) throws IOException {
    key.interestOps(
        out.position() > 0 ? SelectionKey.OP_READ | SelectionKey.OP_WRITE : SelectionKey.OP_READ);
    selector.select(patienceMs);
    selector.selectedKeys().clear();
  }

  @Override
  public void close() throws IOException {
    selector.close();
    channel.close();
  }

  /** One publish, encoded once; only its reply subject changes. */
  static final class Message {
    private final byte[] bytes;
    private final int tokenEnd;

    Message(final String subject, final int payloadBytes) {
      final String start = "PUB " + subject + " " + INBOX;
      tokenEnd = start.length() + TOKEN_LENGTH;
      bytes =
          (start
                  + "0".repeat(TOKEN_LENGTH)
                  + " "
                  + payloadBytes
                  + "\r\n"
                  + "x".repeat(payloadBytes)
                  + "\r\n")
              .getBytes(StandardCharsets.US_ASCII);
    }

    int length() {
      return bytes.length;
    }

    void put(final ByteBuffer out, final int token) {
      int rest = token;
      for (int at = tokenEnd - 1; at >= tokenEnd - TOKEN_LENGTH; at--) {
        bytes[at] = HEX[rest & 15];
        rest >>>= 4;
      }
      out.put(bytes);
    }
  }
}
