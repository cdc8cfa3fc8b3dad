package io.mothership.sidebyside;

import java.nio.charset.StandardCharsets;

/**
 * Finds the answers in what a NATS server sends: a resumable reader of {@code MSG} lines that makes
 * no object per message.
 */
final class AckDecoder {
  /** What it tells about. */
  interface Listener {
    /**
     * A message came.
     *
     * @param token the number in the last token of its subject, in hexadecimal
     * @param payload where the payload begins in {@code bytes}
     */
    void onMessage(int token, byte[] bytes, int payload, int length);

    void onPing();
  }

  private static final byte[] MESSAGE = "MSG ".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] PING = "PING".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] ERROR = "-ERR".getBytes(StandardCharsets.US_ASCII);

  private final Listener listener;

  AckDecoder(final Listener listener) {
    this.listener = listener;
  }

  /**
   * Reads all whole messages.
   *
   * @return how many bytes they took
   * @throws IllegalStateException the server reported an error
   */
  int decode(final byte[] bytes, final int length) {
    int at = 0;
    while (true) {
      final int end = lineEnd(bytes, at, length);
      if (end < 0) {
        return at;
      }
      if (startsWith(bytes, at, MESSAGE)) {
        final int next = message(bytes, at, end, length);
        if (next < 0) {
          return at;
        }
        at = next;
      } else {
        control(bytes, at, end);
        at = end + 2;
      }
    }
  }

  private int message(final byte[] bytes, final int at, final int end, final int length) {
    int payloadLength = 0;
    int factor = 1;
    int digit = end - 1;
    while (bytes[digit] != ' ') {
      payloadLength += (bytes[digit--] - '0') * factor;
      factor *= 10;
    }
    final int payload = end + 2;
    final int next = payload + payloadLength + 2;
    if (next > length) {
      return -1;
    }
    int subjectEnd = at + MESSAGE.length;
    int token = 0;
    while (bytes[subjectEnd] != ' ') {
      final byte letter = bytes[subjectEnd++];
      token = letter == '.' ? 0 : (token << 4) | (Character.digit(letter, 16) & 15);
    }
    listener.onMessage(token, bytes, payload, payloadLength);
    return next;
  }

  private void control(final byte[] bytes, final int at, final int end) {
    if (startsWith(bytes, at, PING)) {
      listener.onPing();
    } else if (startsWith(bytes, at, ERROR)) {
      throw new IllegalStateException(new String(bytes, at, end - at, StandardCharsets.ISO_8859_1));
    }
  }

  /** Where the line's CR LF stands, or -1. */
  private static int lineEnd(final byte[] bytes, final int from, final int length) {
    for (int i = from; i < length - 1; i++) {
      if (bytes[i] == '\r' && bytes[i + 1] == '\n') {
        return i;
      }
    }
    return -1;
  }

  private static boolean startsWith(final byte[] bytes, final int at, final byte[] prefix) {
    for (int i = 0; i < prefix.length; i++) {
      if (bytes[at + i] != prefix[i]) {
        return false;
      }
    }
    return true;
  }
}
