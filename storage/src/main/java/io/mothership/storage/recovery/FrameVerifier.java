package io.mothership.storage.recovery;

import static io.mothership.frame.FrameDescriptor.BYTE_ORDER;
import static io.mothership.frame.FrameDescriptor.FRAME_LENGTH_MIN;
import static io.mothership.frame.FrameDescriptor.FRAME_LENGTH_OFFSET;
import static io.mothership.frame.FrameDescriptor.MAGIC;
import static io.mothership.frame.FrameDescriptor.MAGIC_OFFSET;
import static io.mothership.storage.recovery.SegmentDescriptor.PREFIX_LENGTH;
import static io.mothership.storage.recovery.SegmentDescriptor.STAMP_LENGTH;

import io.mothership.frame.FrameCrc;
import io.mothership.frame.FrameView;
import io.mothership.frame.HotPath;
import org.agrona.DirectBuffer;

/**
 * Decides whether the bytes at an offset are a frame that was written there.
 *
 * <p><i>Thread:</i> one per instance. <i>Allocates:</i> never.
 */
public final class FrameVerifier {
  /** Answer of {@link #verify}: no whole frame there. */
  public static final int BAD = -1;

  private final FrameCrc crc = new FrameCrc();

  /**
   * Checks bounds, stamp, magic, inner lengths and CRC of a frame, in an order in which every
   * length is bounded before it is used.
   *
   * @param end offset after the last byte that may belong to a record
   * @return the frame's length, or {@link #BAD}
   */
  @HotPath
  public int verify(
      final DirectBuffer file,
      final int end,
      final SegmentDescriptor segment,
      final int frameOffset) {
    final int length = stampedLength(file, end, segment, frameOffset);
    if (length == BAD
        || !FrameView.isWellFormed(file, frameOffset, length)
        || !crc.matches(file, frameOffset, length)) {
      return BAD;
    }
    return length;
  }

  /**
   * The length that a frame says it has, bounded; its content is not looked at.
   *
   * @return {@link #BAD} if no frame was begun there
   */
  @HotPath
  static int stampedLength(
      final DirectBuffer file,
      final int end,
      final SegmentDescriptor segment,
      final int frameOffset) {
    if (frameOffset < segment.dataOffset() + PREFIX_LENGTH
        || (frameOffset & 3) != 0
        || frameOffset > end - FRAME_LENGTH_MIN
        || file.getInt(frameOffset + MAGIC_OFFSET, BYTE_ORDER) != MAGIC
        || file.getInt(frameOffset - STAMP_LENGTH, BYTE_ORDER) != segment.stampAt(frameOffset)) {
      return BAD;
    }
    final int length = file.getInt(frameOffset + FRAME_LENGTH_OFFSET, BYTE_ORDER);
    return length < FRAME_LENGTH_MIN || length > end - frameOffset ? BAD : length;
  }

  /**
   * Looks for the next frame at or after a record's offset.
   *
   * @return offset of the record's length word, or {@link #BAD}
   */
  public int resynchronise(
      final DirectBuffer file,
      final int end,
      final SegmentDescriptor segment,
      final int recordOffset) {
    final int last = end - FRAME_LENGTH_MIN - PREFIX_LENGTH;
    for (int at = Math.max(recordOffset, segment.dataOffset()); at <= last; at += 4) {
      if (file.getInt(at + PREFIX_LENGTH + MAGIC_OFFSET, BYTE_ORDER) == MAGIC
          && verify(file, end, segment, at + PREFIX_LENGTH) != BAD) {
        return at;
      }
    }
    return BAD;
  }

  FrameCrc crc() {
    return crc;
  }
}
