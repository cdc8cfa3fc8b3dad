package io.mothership.frame;

import static io.mothership.frame.FrameDescriptor.*;

import io.mothership.frame.codec.MessageHeaderDecoder;
import io.mothership.frame.codec.RecordDecoder;
import io.mothership.frame.codec.RecordType;
import org.agrona.DirectBuffer;

/**
 * Reads a frame in place.
 *
 * <p><i>Thread:</i> one; valid as long as the buffer under it. <i>Allocates:</i> never.
 */
public final class FrameView {
  private DirectBuffer buffer;
  private int offset;
  private int subjectOffset;
  private int replyOffset;
  private int headersOffset;
  private int payloadOffset;

  /** Wraps a frame that is known to be whole: one that we encoded, or that was verified. */
  @HotPath
  public FrameView wrap(final DirectBuffer newBuffer, final int newOffset) {
    buffer = newBuffer;
    offset = newOffset;
    int at = newOffset + FIXED_LENGTH;
    subjectOffset = at + 2;
    at = subjectOffset + subjectLength();
    replyOffset = at + 2;
    at = replyOffset + replyLength();
    headersOffset = at + 4;
    at = headersOffset + headersLength();
    payloadOffset = at + 4;
    return this;
  }

  public FrameView wrap(final FrameView other) {
    buffer = other.buffer;
    offset = other.offset;
    subjectOffset = other.subjectOffset;
    replyOffset = other.replyOffset;
    headersOffset = other.headersOffset;
    payloadOffset = other.payloadOffset;
    return this;
  }

  /**
   * Whether {@code length} bytes at {@code offset} are one whole frame: magic, ids, and every
   * length inside its bounds. Does not check the CRC.
   */
  public static boolean isWellFormed(
      final DirectBuffer buffer, final int offset, final int length) {
    if (length < FRAME_LENGTH_MIN || length > FRAME_LENGTH_MAX) {
      return false;
    }
    if (buffer.getInt(offset + MAGIC_OFFSET, BYTE_ORDER) != MAGIC
        || buffer.getInt(offset + FRAME_LENGTH_OFFSET, BYTE_ORDER) != length
        || buffer.getShort(offset + MessageHeaderDecoder.blockLengthEncodingOffset(), BYTE_ORDER)
            != RecordDecoder.BLOCK_LENGTH
        || buffer.getShort(offset + MessageHeaderDecoder.templateIdEncodingOffset(), BYTE_ORDER)
            != RecordDecoder.TEMPLATE_ID
        || buffer.getShort(offset + MessageHeaderDecoder.schemaIdEncodingOffset(), BYTE_ORDER)
            != RecordDecoder.SCHEMA_ID) {
      return false;
    }
    final int end = offset + length;
    long at = offset + FIXED_LENGTH;
    at += 2 + (buffer.getShort((int) at, BYTE_ORDER) & 0xFFFF);
    if (at + 10 > end) {
      return false;
    }
    at += 2 + (buffer.getShort((int) at, BYTE_ORDER) & 0xFFFF);
    if (at + 8 > end) {
      return false;
    }
    at += 4 + (buffer.getInt((int) at, BYTE_ORDER) & 0xFFFF_FFFFL);
    if (at + 4 > end) {
      return false;
    }
    at += 4 + (buffer.getInt((int) at, BYTE_ORDER) & 0xFFFF_FFFFL);
    return at == end;
  }

  public DirectBuffer buffer() {
    return buffer;
  }

  public int offset() {
    return offset;
  }

  /** Bytes of the whole frame. */
  public int length() {
    return buffer.getInt(offset + FRAME_LENGTH_OFFSET, BYTE_ORDER);
  }

  public int crc() {
    return buffer.getInt(offset + CRC_OFFSET, BYTE_ORDER);
  }

  public RecordType recordType() {
    return RecordType.get((short) (buffer.getByte(offset + RECORD_TYPE_OFFSET) & 0xFF));
  }

  /** Raw value of {@code Origin}. */
  public int origin() {
    return buffer.getByte(offset + ORIGIN_OFFSET);
  }

  public int accountId() {
    return buffer.getInt(offset + ACCOUNT_ID_OFFSET, BYTE_ORDER);
  }

  public int streamId() {
    return buffer.getInt(offset + STREAM_ID_OFFSET, BYTE_ORDER);
  }

  public long journalSequence() {
    return buffer.getLong(offset + JOURNAL_SEQUENCE_OFFSET, BYTE_ORDER);
  }

  public long streamSequence() {
    return buffer.getLong(offset + STREAM_SEQUENCE_OFFSET, BYTE_ORDER);
  }

  public long timeNs() {
    return buffer.getLong(offset + TIME_OFFSET, BYTE_ORDER);
  }

  public long outboxId() {
    return buffer.getLong(offset + OUTBOX_ID_OFFSET, BYTE_ORDER);
  }

  public long ttlNs() {
    return buffer.getLong(offset + TTL_OFFSET, BYTE_ORDER);
  }

  public int epoch() {
    return buffer.getInt(offset + EPOCH_OFFSET, BYTE_ORDER);
  }

  public int flags() {
    return buffer.getShort(offset + FLAGS_OFFSET, BYTE_ORDER) & 0xFFFF;
  }

  public boolean isSynced() {
    return (flags() & FLAG_SYNCED) != 0;
  }

  public boolean isCopied() {
    return (flags() & FLAG_COPIED) != 0;
  }

  public int subjectOffset() {
    return subjectOffset;
  }

  public int subjectLength() {
    return buffer.getShort(subjectOffset - 2, BYTE_ORDER) & 0xFFFF;
  }

  public int replyOffset() {
    return replyOffset;
  }

  public int replyLength() {
    return buffer.getShort(replyOffset - 2, BYTE_ORDER) & 0xFFFF;
  }

  public int headersOffset() {
    return headersOffset;
  }

  public int headersLength() {
    return buffer.getInt(headersOffset - 4, BYTE_ORDER);
  }

  public int payloadOffset() {
    return payloadOffset;
  }

  public int payloadLength() {
    return buffer.getInt(payloadOffset - 4, BYTE_ORDER);
  }
}
