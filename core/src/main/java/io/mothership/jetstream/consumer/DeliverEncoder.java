package io.mothership.jetstream.consumer;

import io.mothership.frame.HotPath;
import io.mothership.frame.MessageView;
import io.mothership.frame.Slice;
import java.nio.charset.StandardCharsets;
import org.agrona.ExpandableArrayBuffer;

/**
 * Builds what a consumer sends: acknowledgement subjects, headers without payload, status messages.
 * Buffers are reused: a result is valid until the next call of the same method.
 *
 * <p><i>Thread:</i> ms-dispatch. <i>Allocates:</i> only when a buffer grows.
 */
final class DeliverEncoder {
  private static final byte[] STATUS = ascii("NATS/1.0 ");
  private static final byte[] FIRST_LINE = ascii("NATS/1.0\r\n");
  private static final byte[] SIZE_HEADER = ascii("Nats-Msg-Size: ");
  private static final byte[] PENDING_MESSAGES = ascii("Nats-Pending-Messages: ");
  private static final byte[] PENDING_BYTES = ascii("Nats-Pending-Bytes: ");
  private static final byte[] LAST_CONSUMER = ascii("Nats-Last-Consumer: ");
  private static final byte[] LAST_STREAM = ascii("Nats-Last-Stream: ");
  private static final byte[] STALLED = ascii("Nats-Consumer-Stalled: ");
  private static final byte[] PIN_ID = ascii("Nats-Pin-Id: ");
  private static final byte[] NO_RESPONDERS = ascii("503");
  private static final byte[] SUBJECT = ascii("Nats-Subject: ");
  private static final byte[] LINE_END = ascii("\r\n");
  private static final byte[] IDLE_HEARTBEAT = ascii("100 Idle Heartbeat");

  private final ExpandableArrayBuffer ackBuffer = new ExpandableArrayBuffer(256);
  private final ExpandableArrayBuffer headerBuffer = new ExpandableArrayBuffer(512);
  private final MessageView status = new MessageView();

  /** Wraps {@code target} around the subject to which a delivery is acknowledged. */
  @HotPath
  void ackSubject(
      final Slice target,
      final byte[] prefix,
      final long deliveries,
      final long streamSequence,
      final long consumerSequence,
      final long timeNs,
      final long pending) {
    ackBuffer.putBytes(0, prefix);
    int at = prefix.length;
    at += ackBuffer.putLongAscii(at, deliveries);
    at = dot(at);
    at += ackBuffer.putLongAscii(at, streamSequence);
    at = dot(at);
    at += ackBuffer.putLongAscii(at, consumerSequence);
    at = dot(at);
    at += ackBuffer.putLongAscii(at, timeNs);
    at = dot(at);
    at += ackBuffer.putLongAscii(at, pending);
    target.wrap(ackBuffer, 0, at);
  }

  /** Leaves out the payload of {@code message} and tells its length in a header. */
  void stripPayload(final MessageView message) {
    final int payloadLength = message.payload().length();
    int at = openHeaders(message.headers());
    at = put(at, SIZE_HEADER);
    at += headerBuffer.putLongAscii(at, payloadLength);
    at = put(at, LINE_END);
    at = put(at, LINE_END);
    message.headers().wrap(headerBuffer, 0, at);
    message.payload().clear();
  }

  /** Adds the pinned client's id to the headers of {@code message}. */
  void addPinId(final MessageView message, final String pinId) {
    int at = openHeaders(message.headers());
    at = put(at, PIN_ID);
    at += headerBuffer.putStringWithoutLengthAscii(at, pinId);
    at = put(at, LINE_END);
    at = put(at, LINE_END);
    message.headers().wrap(headerBuffer, 0, at);
  }

  /** A status message with nothing but a code and its text. */
  @HotPath
  MessageView status(final Slice subject, final byte[] codeAndText) {
    final int at = put(statusLine(codeAndText), LINE_END);
    return view(subject, at);
  }

  /** What a client hears when nobody listens to the subject of its request. */
  MessageView noResponders(final Slice reply, final Slice subject) {
    int at = put(statusLine(NO_RESPONDERS), SUBJECT);
    headerBuffer.putBytes(at, subject.buffer(), subject.offset(), subject.length());
    at = put(at + subject.length(), LINE_END);
    return view(reply, put(at, LINE_END));
  }

  /** A status message that says what a pull request did not get. */
  @HotPath
  MessageView pullStatus(
      final Slice subject, final byte[] codeAndText, final long messages, final long bytes) {
    int at = put(statusLine(codeAndText), PENDING_MESSAGES);
    at += headerBuffer.putLongAscii(at, messages);
    at = put(at, LINE_END);
    at = put(at, PENDING_BYTES);
    at += headerBuffer.putLongAscii(at, bytes);
    at = put(at, LINE_END);
    at = put(at, LINE_END);
    return view(subject, at);
  }

  /** A sign of life; {@code stalled} is the flow control subject that is not answered, or empty. */
  MessageView heartbeat(
      final Slice subject,
      final long consumerSequence,
      final long streamSequence,
      final Slice stalled) {
    int at = put(statusLine(IDLE_HEARTBEAT), LAST_CONSUMER);
    at += headerBuffer.putLongAscii(at, consumerSequence);
    at = put(at, LINE_END);
    at = put(at, LAST_STREAM);
    at += headerBuffer.putLongAscii(at, streamSequence);
    at = put(at, LINE_END);
    if (!stalled.isEmpty()) {
      at = put(at, STALLED);
      headerBuffer.putBytes(at, stalled.buffer(), stalled.offset(), stalled.length());
      at += stalled.length();
      at = put(at, LINE_END);
    }
    at = put(at, LINE_END);
    return view(subject, at);
  }

  private MessageView view(final Slice subject, final int headersLength) {
    status.clear();
    status.subject().wrap(subject);
    status.headers().wrap(headerBuffer, 0, headersLength);
    return status;
  }

  private int statusLine(final byte[] codeAndText) {
    return put(put(put(0, STATUS), codeAndText), LINE_END);
  }

  /** Copies a header block without its closing line, or begins one. */
  private int openHeaders(final Slice headers) {
    if (headers.isEmpty()) {
      return put(0, FIRST_LINE);
    }
    final int length = headers.length() - LINE_END.length;
    headerBuffer.putBytes(0, headers.buffer(), headers.offset(), length);
    return length;
  }

  private int put(final int at, final byte[] bytes) {
    headerBuffer.putBytes(at, bytes);
    return at + bytes.length;
  }

  private int dot(final int at) {
    ackBuffer.putByte(at, (byte) '.');
    return at + 1;
  }

  static byte[] ascii(final String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
