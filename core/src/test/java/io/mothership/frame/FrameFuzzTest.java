package io.mothership.frame;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.mothership.frame.codec.Origin;
import io.mothership.frame.codec.RecordType;
import java.util.Arrays;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Frames from anybody's bytes: what passes as well-formed can be read to its last byte and encodes
 * to itself; what we encode passes, and no longer does when a bit of it changes.
 */
final class FrameFuzzTest {
  private static final int OFFSET = 24;
  private static final int PART_MAX = 2000;

  @FuzzTest
  void shouldReadOnlyInsideWhatPassesAsAFrame(final byte[] bytes) {
    // Exactly as long as the bytes: a read beyond them is an exception.
    final UnsafeBuffer buffer = new UnsafeBuffer(bytes.clone());
    for (int from = 0; from <= bytes.length - FrameDescriptor.FRAME_LENGTH_MIN; from += 4) {
      if (FrameView.isWellFormed(buffer, from, bytes.length - from)) {
        checkEncodesToItself(buffer, from, bytes.length - from);
      }
    }
  }

  @FuzzTest
  void shouldKeepEveryPartAndNoticeEveryBit(final FuzzedDataProvider input) {
    final MessageView message = new MessageView();
    final byte[] subject = input.consumeBytes(FrameDescriptor.SUBJECT_LENGTH_MAX);
    final byte[] reply = input.consumeBytes(FrameDescriptor.SUBJECT_LENGTH_MAX);
    final byte[] headers = input.consumeBytes(PART_MAX);
    final byte[] payload = input.consumeBytes(PART_MAX);
    message.subject().wrap(Slice.of(subject));
    message.reply().wrap(Slice.of(reply));
    message.headers().wrap(Slice.of(headers));
    message.payload().wrap(Slice.of(payload));
    final RecordType type =
        RecordType.values()[input.consumeInt(0, RecordType.values().length - 2)];
    final long[] numbers = input.consumeLongs(5);
    final long[] stamps = Arrays.copyOf(numbers, 5);
    final int flags = input.consumeInt(0, 0xFFFF);

    final UnsafeBuffer buffer =
        new UnsafeBuffer(new byte[OFFSET + FrameEncoder.frameLength(message) + OFFSET]);
    final int length = FrameEncoder.encode(buffer, OFFSET, type, Origin.NATS, 7, message);
    FrameEncoder.stamp(buffer, OFFSET, 3, stamps[0], stamps[1], stamps[2], (int) stamps[3], flags);
    FrameEncoder.ttlNs(buffer, OFFSET, stamps[3]);
    FrameEncoder.outboxId(buffer, OFFSET, stamps[4]);
    final FrameCrc crc = new FrameCrc();
    buffer.putInt(
        OFFSET + FrameDescriptor.CRC_OFFSET,
        crc.compute(buffer, OFFSET, length),
        FrameDescriptor.BYTE_ORDER);

    assertTrue(FrameView.isWellFormed(buffer, OFFSET, length));
    assertTrue(crc.matches(buffer, OFFSET, length));
    final FrameView frame = new FrameView().wrap(buffer, OFFSET);
    final MessageView read = new MessageView().wrap(frame);
    assertEquals(length, frame.length());
    assertEquals(type, frame.recordType());
    assertEquals(stamps[0], frame.streamSequence());
    assertEquals(stamps[1], frame.journalSequence());
    assertEquals(stamps[2], frame.timeNs());
    assertEquals((int) stamps[3], frame.epoch());
    assertEquals(stamps[3], frame.ttlNs());
    assertEquals(stamps[4], frame.outboxId());
    assertEquals(flags, frame.flags());
    assertArrayEquals(subject, read.subject().toByteArray());
    assertArrayEquals(reply, read.reply().toByteArray());
    assertArrayEquals(headers, read.headers().toByteArray());
    assertArrayEquals(payload, read.payload().toByteArray());

    final int bit = input.consumeInt(0, length * Byte.SIZE - 1);
    final int at = OFFSET + bit / Byte.SIZE;
    buffer.putByte(at, (byte) (buffer.getByte(at) ^ 1 << bit % Byte.SIZE));
    assertFalse(
        FrameView.isWellFormed(buffer, OFFSET, length) && crc.matches(buffer, OFFSET, length),
        () -> "unnoticed: bit=" + bit);
  }

  private static void checkEncodesToItself(
      final UnsafeBuffer buffer, final int from, final int length) {
    final FrameView frame = new FrameView().wrap(buffer, from);
    final MessageView message = new MessageView().wrap(frame);
    assertEquals(length, frame.length());
    assertEquals(length, FrameEncoder.frameLength(message));
    final UnsafeBuffer again = new UnsafeBuffer(new byte[length]);
    FrameEncoder.encode(again, 0, RecordType.MESSAGE, Origin.NATS, frame.accountId(), message);
    final FrameView copy = new FrameView().wrap(again, 0);
    assertEquals(frame.payloadOffset() - from, copy.payloadOffset());
    final int variable = FrameDescriptor.FIXED_LENGTH;
    assertArrayEquals(
        Arrays.copyOfRange(buffer.byteArray(), from + variable, from + length),
        Arrays.copyOfRange(again.byteArray(), variable, length));
    new FrameCrc().matches(buffer, from, length);
  }
}
