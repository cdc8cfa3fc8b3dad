package io.mothership.frame;

import static io.mothership.frame.FrameDescriptor.*;

import io.mothership.frame.codec.Origin;
import io.mothership.frame.codec.RecordDecoder;
import io.mothership.frame.codec.RecordType;
import org.agrona.MutableDirectBuffer;

/**
 * Writes frames in place. Sequences, time, epoch and CRC are stamped later by those who own them.
 *
 * <p><i>Thread:</i> any, stateless. <i>Allocates:</i> never.
 */
public final class FrameEncoder {
  private FrameEncoder() {}

  public static int frameLength(final MessageView message) {
    return FrameDescriptor.frameLength(
        message.subject().length(),
        message.reply().length(),
        message.headers().length(),
        message.payload().length());
  }

  /**
   * Encodes a whole frame at {@code offset}; the caller made room for {@link #frameLength}.
   *
   * @return bytes written
   */
  @HotPath
  public static int encode(
      final MutableDirectBuffer buffer,
      final int offset,
      final RecordType type,
      final Origin origin,
      final int accountId,
      final MessageView message) {
    final int length = frameLength(message);
    buffer.putShort(offset, (short) RecordDecoder.BLOCK_LENGTH, BYTE_ORDER);
    buffer.putShort(offset + 2, (short) RecordDecoder.TEMPLATE_ID, BYTE_ORDER);
    buffer.putShort(offset + 4, (short) RecordDecoder.SCHEMA_ID, BYTE_ORDER);
    buffer.putShort(offset + 6, (short) RecordDecoder.SCHEMA_VERSION, BYTE_ORDER);
    buffer.putInt(offset + MAGIC_OFFSET, MAGIC, BYTE_ORDER);
    buffer.putInt(offset + FRAME_LENGTH_OFFSET, length, BYTE_ORDER);
    buffer.putInt(offset + CRC_OFFSET, 0, BYTE_ORDER);
    buffer.putByte(offset + RECORD_TYPE_OFFSET, (byte) type.value());
    buffer.putByte(offset + ORIGIN_OFFSET, (byte) origin.value());
    buffer.putByte(offset + KEY_ID_OFFSET, (byte) 0);
    buffer.putByte(offset + FORMAT_VERSION_OFFSET, (byte) FORMAT_VERSION);
    buffer.putInt(offset + ACCOUNT_ID_OFFSET, accountId, BYTE_ORDER);
    buffer.putInt(offset + STREAM_ID_OFFSET, 0, BYTE_ORDER);
    buffer.putLong(offset + JOURNAL_SEQUENCE_OFFSET, 0, BYTE_ORDER);
    buffer.putLong(offset + STREAM_SEQUENCE_OFFSET, 0, BYTE_ORDER);
    buffer.putLong(offset + TIME_OFFSET, 0, BYTE_ORDER);
    buffer.putLong(offset + OUTBOX_ID_OFFSET, 0, BYTE_ORDER);
    buffer.putLong(offset + TTL_OFFSET, 0, BYTE_ORDER);
    buffer.putInt(offset + EPOCH_OFFSET, 0, BYTE_ORDER);
    buffer.putInt(offset + FLAGS_OFFSET, 0, BYTE_ORDER);
    int at = offset + FIXED_LENGTH;
    at = putShortBytes(buffer, at, message.subject());
    at = putShortBytes(buffer, at, message.reply());
    at = putLongBytes(buffer, at, message.headers());
    putLongBytes(buffer, at, message.payload());
    return length;
  }

  /** Stamps what the dispatcher decides. */
  public static void stamp(
      final MutableDirectBuffer buffer,
      final int offset,
      final int streamId,
      final long streamSequence,
      final long journalSequence,
      final long timeNs,
      final int epoch,
      final int flags) {
    buffer.putInt(offset + STREAM_ID_OFFSET, streamId, BYTE_ORDER);
    buffer.putLong(offset + STREAM_SEQUENCE_OFFSET, streamSequence, BYTE_ORDER);
    buffer.putLong(offset + JOURNAL_SEQUENCE_OFFSET, journalSequence, BYTE_ORDER);
    buffer.putLong(offset + TIME_OFFSET, timeNs, BYTE_ORDER);
    buffer.putInt(offset + EPOCH_OFFSET, epoch, BYTE_ORDER);
    buffer.putShort(offset + FLAGS_OFFSET, (short) flags, BYTE_ORDER);
  }

  public static void ttlNs(final MutableDirectBuffer buffer, final int offset, final long ttlNs) {
    buffer.putLong(offset + TTL_OFFSET, ttlNs, BYTE_ORDER);
  }

  public static void outboxId(
      final MutableDirectBuffer buffer, final int offset, final long outboxId) {
    buffer.putLong(offset + OUTBOX_ID_OFFSET, outboxId, BYTE_ORDER);
  }

  private static int putShortBytes(
      final MutableDirectBuffer buffer, final int at, final Slice bytes) {
    buffer.putShort(at, (short) bytes.length(), BYTE_ORDER);
    buffer.putBytes(at + 2, bytes.buffer(), bytes.offset(), bytes.length());
    return at + 2 + bytes.length();
  }

  private static int putLongBytes(
      final MutableDirectBuffer buffer, final int at, final Slice bytes) {
    buffer.putInt(at, bytes.length(), BYTE_ORDER);
    buffer.putBytes(at + 4, bytes.buffer(), bytes.offset(), bytes.length());
    return at + 4 + bytes.length();
  }
}
