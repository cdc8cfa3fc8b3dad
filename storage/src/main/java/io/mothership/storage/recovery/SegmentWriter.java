package io.mothership.storage.recovery;

import static io.mothership.storage.recovery.SegmentDescriptor.PREFIX_LENGTH;
import static io.mothership.storage.recovery.SegmentDescriptor.STAMP_LENGTH;
import static io.mothership.storage.recovery.SegmentDescriptor.WORD_LENGTH;

import io.mothership.frame.FrameCrc;
import io.mothership.frame.FrameView;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Writes a segment that takes the place of others: its descriptor, then frames as they are.
 *
 * <p><i>Thread:</i> one.
 */
public final class SegmentWriter {
  private static final int BUFFER_LENGTH = 256 * 1024;

  private final FileFacade files;
  private final FileChannel channel;
  private final SegmentDescriptor descriptor;
  private ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_LENGTH);
  private final UnsafeBuffer bytes = new UnsafeBuffer(buffer);
  private int position;

  /**
   * @param channel of an empty file
   */
  public SegmentWriter(
      final FileFacade files, final FileChannel channel, final SegmentDescriptor descriptor) {
    this.files = files;
    this.channel = channel;
    this.descriptor = descriptor;
    bytes.putInt(0, SegmentDescriptor.bodyLength(0), ByteOrder.LITTLE_ENDIAN);
    descriptor.encodeBody(bytes, WORD_LENGTH, new FrameCrc());
    buffer.position(descriptor.dataOffset());
  }

  /** Adds a frame and answers its offset. */
  public int append(final FrameView frame) throws IOException {
    final int recordLength = SegmentDescriptor.align(PREFIX_LENGTH + frame.length());
    room(recordLength);
    final int frameOffset = position + buffer.position() + PREFIX_LENGTH;
    final int at = buffer.position();
    bytes.putInt(at, STAMP_LENGTH + frame.length(), ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(at + WORD_LENGTH, descriptor.stampAt(frameOffset), ByteOrder.LITTLE_ENDIAN);
    bytes.setMemory(at + recordLength - 4, 4, (byte) 0);
    bytes.putBytes(at + PREFIX_LENGTH, frame.buffer(), frame.offset(), frame.length());
    buffer.position(at + recordLength);
    return frameOffset;
  }

  /** Writes and syncs what is left and answers the segment's end. */
  public int finish() throws IOException {
    flush();
    files.sync(channel);
    return position;
  }

  private void room(final int length) throws IOException {
    if (buffer.remaining() >= length) {
      return;
    }
    flush();
    if (buffer.capacity() < length) {
      buffer = ByteBuffer.allocateDirect(length);
      bytes.wrap(buffer);
    }
  }

  private void flush() throws IOException {
    final int length = buffer.flip().remaining();
    files.write(channel, buffer, position);
    position += length;
    buffer.clear();
  }
}
