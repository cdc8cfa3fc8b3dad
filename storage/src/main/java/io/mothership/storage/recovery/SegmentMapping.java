package io.mothership.storage.recovery;

import io.mothership.error.MothershipException;
import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.agrona.IoUtil;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A read-only mapping of one segment file.
 *
 * <p><i>Thread:</i> one; nothing may look at {@link #buffer} after {@link #close}.
 */
public final class SegmentMapping implements AutoCloseable {
  private final UnsafeBuffer buffer;
  private final MappedByteBuffer mapped;
  private final int length;

  private SegmentMapping(final MappedByteBuffer mapped, final int length) {
    this.mapped = mapped;
    this.length = length;
    this.buffer = new UnsafeBuffer(mapped);
  }

  /** Maps the whole file as it is now. */
  public static SegmentMapping open(final Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      final long size = channel.size();
      if (size > Integer.MAX_VALUE) {
        throw new MothershipException(
            MothershipException.Category.CORRUPTION,
            "SEGMENT_TOO_LONG",
            "segment file is too long: max="
                + Integer.MAX_VALUE
                + ", actual="
                + size
                + ", path="
                + file);
      }
      return new SegmentMapping(channel.map(FileChannel.MapMode.READ_ONLY, 0, size), (int) size);
    }
  }

  public UnsafeBuffer buffer() {
    return buffer;
  }

  public int length() {
    return length;
  }

  @Override
  public void close() {
    buffer.wrap(0, 0);
    IoUtil.unmap(mapped);
  }
}
