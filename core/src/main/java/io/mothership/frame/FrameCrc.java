package io.mothership.frame;

import static io.mothership.frame.FrameDescriptor.CRC_OFFSET;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.agrona.DirectBuffer;

/**
 * CRC32C of a frame: over all its bytes, lengths included, with the CRC field itself as zero.
 *
 * <p><i>Thread:</i> one per instance. <i>Allocates:</i> a view when the buffer behind changes,
 * nothing else.
 */
public final class FrameCrc {
  private static final byte[] ZERO_FIELD = new byte[Integer.BYTES];
  private static final int SCRATCH_LENGTH = 4096;

  private final CRC32C crc = new CRC32C();
  private byte[] scratch = ZERO_FIELD;
  private ByteBuffer viewed;
  private ByteBuffer view;

  /**
   * The CRC of the frame of {@code length} bytes at {@code offset}, whatever its CRC field holds.
   */
  @HotPath
  public int compute(final DirectBuffer buffer, final int offset, final int length) {
    crc.reset();
    update(buffer, offset, CRC_OFFSET);
    crc.update(ZERO_FIELD, 0, ZERO_FIELD.length);
    final int rest = CRC_OFFSET + Integer.BYTES;
    update(buffer, offset + rest, length - rest);
    return (int) crc.getValue();
  }

  /**
   * Whether the CRC field of the frame is right; {@code length} is known to lie inside the buffer.
   */
  @HotPath
  public boolean matches(final DirectBuffer buffer, final int offset, final int length) {
    return buffer.getInt(offset + CRC_OFFSET, FrameDescriptor.BYTE_ORDER)
        == compute(buffer, offset, length);
  }

  /** CRC32C of plain bytes, e.g. of a header or a checkpoint. */
  public int ofBytes(final DirectBuffer buffer, final int offset, final int length) {
    crc.reset();
    update(buffer, offset, length);
    return (int) crc.getValue();
  }

  private void update(final DirectBuffer buffer, final int offset, final int length) {
    final byte[] array = buffer.byteArray();
    if (array != null) {
      crc.update(array, buffer.wrapAdjustment() + offset, length);
      return;
    }
    final ByteBuffer bytes = buffer.byteBuffer();
    if (bytes != null) {
      updateDirect(bytes, buffer.wrapAdjustment() + offset, length);
    } else {
      updateCopied(buffer, offset, length);
    }
  }

  private void updateDirect(final ByteBuffer bytes, final int from, final int length) {
    if (viewed != bytes) {
      // A view of our own: position and limit of a shared buffer are not ours to move.
      viewed = bytes;
      view = bytes.duplicate();
    }
    view.limit(from + length).position(from);
    crc.update(view);
  }

  private void updateCopied(final DirectBuffer buffer, final int offset, final int length) {
    if (scratch.length < SCRATCH_LENGTH) {
      scratch = new byte[SCRATCH_LENGTH];
    }
    int done = 0;
    while (done < length) {
      final int part = Math.min(SCRATCH_LENGTH, length - done);
      buffer.getBytes(offset + done, scratch, 0, part);
      crc.update(scratch, 0, part);
      done += part;
    }
  }
}
