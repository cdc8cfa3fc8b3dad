package io.mothership.transport.nats;

import io.mothership.frame.HotPath;
import io.mothership.frame.MessageView;
import io.mothership.frame.Slice;
import org.agrona.MutableDirectBuffer;

/**
 * Writes {@code MSG} and {@code HMSG}.
 *
 * <p><i>Thread:</i> any, stateless. <i>Allocates:</i> never.
 */
final class NatsEncoder {
  private static final int CRLF_LENGTH = 2;

  private NatsEncoder() {}

  /** Bytes of the control line, its CRLF included. */
  static int lineLength(final byte[] sid, final MessageView message) {
    final int headersLength = message.headers().length();
    final int replyLength = message.reply().length();
    int length = 4 + message.subject().length() + 1 + sid.length + 1;
    if (replyLength != 0) {
      length += replyLength + 1;
    }
    if (headersLength != 0) {
      length += 1 + digits(headersLength) + 1;
    }
    return length + digits(message.bodyLength()) + CRLF_LENGTH;
  }

  /** Bytes of the whole message with this control line. */
  static int messageLength(final int lineLength, final MessageView message) {
    return lineLength + message.bodyLength() + CRLF_LENGTH;
  }

  /** Writes the control line and answers where it ends. */
  static int encodeLine(
      final MutableDirectBuffer buffer,
      final int offset,
      final byte[] sid,
      final MessageView message) {
    final int headersLength = message.headers().length();
    int at = offset;
    if (headersLength != 0) {
      buffer.putByte(at++, (byte) 'H');
    }
    buffer.putByte(at++, (byte) 'M');
    buffer.putByte(at++, (byte) 'S');
    buffer.putByte(at++, (byte) 'G');
    buffer.putByte(at++, (byte) ' ');
    at = put(buffer, at, message.subject());
    buffer.putByte(at++, (byte) ' ');
    buffer.putBytes(at, sid);
    at += sid.length;
    buffer.putByte(at++, (byte) ' ');
    if (!message.reply().isEmpty()) {
      at = put(buffer, at, message.reply());
      buffer.putByte(at++, (byte) ' ');
    }
    if (headersLength != 0) {
      at += buffer.putNaturalIntAscii(at, headersLength);
      buffer.putByte(at++, (byte) ' ');
    }
    at += buffer.putNaturalIntAscii(at, message.bodyLength());
    return endLine(buffer, at);
  }

  /** Writes control line, headers, payload and the closing CRLF; answers where they end. */
  @HotPath
  static int encode(
      final MutableDirectBuffer buffer,
      final int offset,
      final byte[] sid,
      final MessageView message) {
    int at = encodeLine(buffer, offset, sid, message);
    at = put(buffer, at, message.headers());
    at = put(buffer, at, message.payload());
    return endLine(buffer, at);
  }

  private static int endLine(final MutableDirectBuffer buffer, final int at) {
    buffer.putByte(at, (byte) '\r');
    buffer.putByte(at + 1, (byte) '\n');
    return at + CRLF_LENGTH;
  }

  private static int put(final MutableDirectBuffer buffer, final int at, final Slice bytes) {
    final int length = bytes.length();
    buffer.putBytes(at, bytes.buffer(), bytes.offset(), length);
    return at + length;
  }

  private static int digits(final int value) {
    int count = 1;
    for (int rest = value / 10; rest != 0; rest /= 10) {
      count++;
    }
    return count;
  }
}
