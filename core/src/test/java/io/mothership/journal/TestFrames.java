package io.mothership.journal;

import io.mothership.frame.FrameCrc;
import io.mothership.frame.FrameDescriptor;
import io.mothership.frame.FrameEncoder;
import io.mothership.frame.FrameView;
import io.mothership.frame.MessageView;
import io.mothership.frame.Slice;
import io.mothership.frame.codec.Origin;
import io.mothership.frame.codec.RecordType;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;

/** Frames whose every byte follows from their journal sequence, so that a wrong one is noticed. */
public final class TestFrames {
  public static final long TIME_BASE_NS = 1_700_000_000_000_000_000L;
  public static final long TIME_STEP_NS = 1_000_000L;

  private final MessageView message = new MessageView();
  private final UnsafeBuffer buffer;
  private final int payloadLengthMax;

  public TestFrames(final int payloadLengthMax) {
    this.payloadLengthMax = payloadLengthMax;
    this.buffer = new UnsafeBuffer(new byte[payloadLengthMax + 256]);
  }

  public UnsafeBuffer buffer() {
    return buffer;
  }

  /** Encodes the frame of a sequence at offset 0; returns its length. */
  public int encode(final long sequence, final int epoch) {
    return encode(sequence, epoch, RecordType.MESSAGE, 0);
  }

  public int encode(final long sequence, final int epoch, final RecordType type, final int flags) {
    message.subject().wrap(Slice.of("fleet.alpha." + sequence % 7));
    message.reply().clear();
    message.headers().clear();
    message.payload().wrap(Slice.of(payload(sequence)));
    final int length = FrameEncoder.encode(buffer, 0, type, Origin.NATS, 1, message);
    FrameEncoder.stamp(buffer, 0, 3, sequence * 2, sequence, timeNs(sequence), epoch, flags);
    FrameEncoder.outboxId(buffer, 0, sequence % 5 == 0 ? sequence : 0);
    return length;
  }

  public long append(final Journal journal, final long sequence, final int epoch) {
    return journal.append(buffer, 0, encode(sequence, epoch));
  }

  public static long timeNs(final long sequence) {
    return TIME_BASE_NS + sequence * TIME_STEP_NS;
  }

  private byte[] payload(final long sequence) {
    final Random random = new Random(sequence);
    final byte[] payload = new byte[random.nextInt(payloadLengthMax + 1)];
    random.nextBytes(payload);
    return payload;
  }

  /** Whether a frame is, byte for byte, the one of its sequence. */
  public boolean isGenuine(final FrameView frame) {
    final int length = encode(frame.journalSequence(), frame.epoch());
    if (length != frame.length()) {
      return false;
    }
    buffer.putInt(FrameDescriptor.CRC_OFFSET, frame.crc(), FrameDescriptor.BYTE_ORDER);
    for (int i = 0; i < length; i++) {
      if (buffer.getByte(i) != frame.buffer().getByte(frame.offset() + i)) {
        return false;
      }
    }
    return new FrameCrc().matches(frame.buffer(), frame.offset(), length);
  }
}
