package io.mothership.frame;

/**
 * A message as it passes through the dispatcher: four slices over bytes that live elsewhere.
 *
 * <p>{@code headers} is the whole NATS header block ({@code NATS/1.0\r\n … \r\n\r\n}) or empty; it
 * is kept byte for byte.
 *
 * <p><i>Thread:</i> one; valid until the callback that handed it out returns. <i>Allocates:</i>
 * never.
 */
public final class MessageView {
  private final Slice subject = new Slice();
  private final Slice reply = new Slice();
  private final Slice headers = new Slice();
  private final Slice payload = new Slice();

  public Slice subject() {
    return subject;
  }

  public Slice reply() {
    return reply;
  }

  public Slice headers() {
    return headers;
  }

  public Slice payload() {
    return payload;
  }

  public MessageView clear() {
    subject.clear();
    reply.clear();
    headers.clear();
    payload.clear();
    return this;
  }

  @HotPath
  public MessageView wrap(final FrameView frame) {
    subject.wrap(frame.buffer(), frame.subjectOffset(), frame.subjectLength());
    reply.wrap(frame.buffer(), frame.replyOffset(), frame.replyLength());
    headers.wrap(frame.buffer(), frame.headersOffset(), frame.headersLength());
    payload.wrap(frame.buffer(), frame.payloadOffset(), frame.payloadLength());
    return this;
  }

  @HotPath
  public MessageView wrap(final MessageView other) {
    subject.wrap(other.subject);
    reply.wrap(other.reply);
    headers.wrap(other.headers);
    payload.wrap(other.payload);
    return this;
  }

  /** Bytes of headers and payload together, as limits count them. */
  public int bodyLength() {
    return headers.length() + payload.length();
  }
}
