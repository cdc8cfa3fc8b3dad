package io.mothership.transport.nats;

import io.mothership.frame.Slice;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Bytes between double quotes in the way clients know from nats-server's error texts: printable
 * characters as they are, everything else escaped.
 */
final class GoText {
  private static final char[] HEX = "0123456789abcdef".toCharArray();

  private static final int LOGGED_LENGTH_MAX = 32;

  private final StringBuilder text = new StringBuilder();

  private GoText() {}

  static GoText quoted(final Slice bytes) {
    return new GoText().quote(bytes);
  }

  /** At most 32 bytes of what a stranger sent, escaped, for a log line. */
  static String cut(final String hostile) {
    final byte[] bytes = hostile.getBytes(StandardCharsets.UTF_8);
    return quoted(Slice.of(Arrays.copyOf(bytes, Math.min(bytes.length, LOGGED_LENGTH_MAX))))
        .toString();
  }

  /** Continues with plain words. */
  GoText then(final String words) {
    text.append(words);
    return this;
  }

  GoText thenQuoted(final Slice bytes) {
    return quote(bytes);
  }

  @Override
  public String toString() {
    return text.toString();
  }

  private GoText quote(final Slice bytes) {
    final CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    final ByteBuffer in = ByteBuffer.wrap(bytes.toByteArray());
    final CharBuffer out = CharBuffer.allocate(bytes.length() + 2);
    text.append('"');
    boolean isMore = true;
    while (isMore) {
      final CoderResult result = decoder.decode(in, out, true);
      out.flip();
      out.toString().codePoints().forEach(this::append);
      out.clear();
      isMore = result.isMalformed();
      for (int i = 0; isMore && i < result.length(); i++) {
        hex(in.get());
      }
      decoder.reset();
    }
    text.append('"');
    return this;
  }

  private void append(final int letter) {
    switch (letter) {
      case '"' -> text.append("\\\"");
      case '\\' -> text.append("\\\\");
      case 7 -> text.append("\\a");
      case '\b' -> text.append("\\b");
      case '\f' -> text.append("\\f");
      case '\n' -> text.append("\\n");
      case '\r' -> text.append("\\r");
      case '\t' -> text.append("\\t");
      case 11 -> text.append("\\v");
      default -> {
        if (letter < ' ' || letter == 0x7F) {
          hex((byte) letter);
        } else {
          text.appendCodePoint(letter);
        }
      }
    }
  }

  private void hex(final byte value) {
    text.append("\\x").append(HEX[value >> 4 & 15]).append(HEX[value & 15]);
  }
}
