package io.mothership.dispatch;

import io.mothership.fabric.Headers;
import io.mothership.fabric.StoredRecord;
import io.mothership.frame.FrameView;
import io.mothership.journal.StreamNames;
import java.nio.charset.StandardCharsets;

/** A record as it lies in a frame; what is asked for is copied out of it. */
final class FrameRecord implements StoredRecord {
  private final StreamNames names;
  private FrameView frame;

  FrameRecord(final StreamNames names) {
    this.names = names;
  }

  FrameRecord wrap(final FrameView newFrame) {
    frame = newFrame;
    return this;
  }

  @Override
  public String stream() {
    return names.name(frame.streamId());
  }

  @Override
  public String subject() {
    return new String(bytes(frame.subjectOffset(), frame.subjectLength()), StandardCharsets.UTF_8);
  }

  @Override
  public Headers headers() {
    return Headers.parse(bytes(frame.headersOffset(), frame.headersLength()));
  }

  @Override
  public byte[] payload() {
    return bytes(frame.payloadOffset(), frame.payloadLength());
  }

  @Override
  public int payloadLength() {
    return frame.payloadLength();
  }

  @Override
  public long journalSequence() {
    return frame.journalSequence();
  }

  @Override
  public long streamSequence() {
    return frame.streamSequence();
  }

  @Override
  public long timeNs() {
    return frame.timeNs();
  }

  private byte[] bytes(final int offset, final int length) {
    final byte[] bytes = new byte[length];
    frame.buffer().getBytes(offset, bytes);
    return bytes;
  }
}
