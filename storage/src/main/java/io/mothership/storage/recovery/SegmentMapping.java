package io.mothership.storage.recovery;

import static io.mothership.frame.FrameDescriptor.BYTE_ORDER;
import static io.mothership.frame.FrameDescriptor.FRAME_LENGTH_MIN;
import static io.mothership.frame.FrameDescriptor.FRAME_LENGTH_OFFSET;
import static io.mothership.storage.recovery.SegmentDescriptor.PREFIX_LENGTH;

import io.mothership.error.MothershipException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Supplier;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A read-only mapping of one segment file, whose bytes are to be touched before they are looked at.
 *
 * <p>A page of a mapping that the disk cannot read, or that was cut off, ends the process. So each
 * stretch is read in the ordinary way first, where that is an error; after one, the mapping is
 * replaced by a copy in which what cannot be read is zero, and counts as damaged like anything else
 * that fails its CRC. A file that another process may cut off at any time is copied at once.
 *
 * <p><i>Thread:</i> one; nothing may look at {@link #buffer} after {@link #close}.
 * <i>Allocates:</i> a few objects per stretch of {@value #STRETCH} bytes, once.
 */
public final class SegmentMapping implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SegmentMapping.class);
  private static final int STRETCH = 64 * 1024;
  private static final int PAGE = 4096;

  private final FileFacade files;
  private final Supplier<Path> file;
  private final ByteBuffer scratch;
  private final UnsafeBuffer buffer;
  private final MappedByteBuffer mapped;
  private final int length;
  private final long[] touched;
  private ByteBuffer copied;
  private boolean isComplete = true;

  private SegmentMapping(
      final FileFacade files,
      final Supplier<Path> file,
      final ByteBuffer scratch,
      final MappedByteBuffer mapped,
      final int length) {
    this.files = files;
    this.file = file;
    this.scratch = scratch;
    this.mapped = mapped;
    this.length = length;
    this.buffer = mapped == null ? new UnsafeBuffer(0, 0) : new UnsafeBuffer(mapped);
    this.touched = new long[length / STRETCH / Long.SIZE + 1];
  }

  /** Maps the whole file as it is now. */
  public static SegmentMapping open(final FileFacade files, final Path file) throws IOException {
    return open(files, () -> file, newScratch());
  }

  /**
   * Maps the whole file as it is now.
   *
   * @param file its name, which may change later
   * @param scratch of {@link #newScratch}, not used by anybody else at the same time
   */
  public static SegmentMapping open(
      final FileFacade files, final Supplier<Path> file, final ByteBuffer scratch)
      throws IOException {
    final Path name = file.get();
    try (FileChannel channel = files.openToRead(name)) {
      final int length = lengthOf(channel, name);
      return new SegmentMapping(
          files, file, scratch, channel.map(FileChannel.MapMode.READ_ONLY, 0, length), length);
    }
  }

  /** Copies the whole file as it is now: of one that is being cut off, what is left. */
  static SegmentMapping copyOf(final FileFacade files, final Path file) throws IOException {
    try (FileChannel channel = files.openToRead(file)) {
      final SegmentMapping mapping =
          new SegmentMapping(files, () -> file, null, null, lengthOf(channel, file));
      mapping.copy(channel);
      return mapping;
    }
  }

  private static int lengthOf(final FileChannel channel, final Path name) throws IOException {
    final long length = channel.size();
    if (length > Integer.MAX_VALUE) {
      throw new MothershipException(
          MothershipException.Category.CORRUPTION,
          "SEGMENT_TOO_LONG",
          "segment file is too long: max="
              + Integer.MAX_VALUE
              + ", actual="
              + length
              + ", path="
              + name);
    }
    return (int) length;
  }

  /** Where stretches are read to. */
  public static ByteBuffer newScratch() {
    return ByteBuffer.allocateDirect(STRETCH);
  }

  public UnsafeBuffer buffer() {
    return buffer;
  }

  public int length() {
    return length;
  }

  /** Whether the disk could read everything until now; what it could not read may come back. */
  public boolean isComplete() {
    return isComplete;
  }

  /** Makes bytes safe to be looked at; what lies outside of the file is left alone. */
  public void touch(final int from, final int to) {
    final int last = Math.min(to, length) - 1;
    for (int stretch = Math.max(from, 0) / STRETCH; stretch <= last / STRETCH; stretch++) {
      if (!isTouched(stretch)) {
        read(stretch, stretch, last + 1);
      }
    }
  }

  /** The same for a few bytes, without what lies around them. */
  void touchPages(final int from, final int to) {
    final int start = from / PAGE * PAGE;
    final int end = Math.min(length, (to + PAGE - 1) / PAGE * PAGE);
    if (end - start > STRETCH) {
      touch(from, to);
    } else if (start < end && !(isTouched(start / STRETCH) && isTouched((end - 1) / STRETCH))) {
      try (FileChannel channel = files.openToRead(file.get())) {
        read(channel, start, end - start, end - start);
      } catch (final IOException e) {
        onUnopened(e);
      }
    }
  }

  private boolean isTouched(final int stretch) {
    return (touched[stretch / Long.SIZE] & 1L << stretch) != 0;
  }

  public void touchAll() {
    if (length > 0 && copied == null) {
      read(0, (length - 1) / STRETCH, length);
    }
  }

  /**
   * Touches a frame and what lies in front of it, as long as it says to be.
   *
   * @param end offset after the last byte that may belong to a frame
   */
  public void touchFrame(final int frameOffset, final int end) {
    if (frameOffset < PREFIX_LENGTH || frameOffset > end - FRAME_LENGTH_MIN) {
      return;
    }
    touch(frameOffset - PREFIX_LENGTH, frameOffset + FRAME_LENGTH_MIN);
    final int frameLength = buffer.getInt(frameOffset + FRAME_LENGTH_OFFSET, BYTE_ORDER);
    if (frameLength > FRAME_LENGTH_MIN && frameLength <= end - frameOffset) {
      touch(frameOffset, frameOffset + frameLength);
    }
  }

  /** Offset after the last byte that is not zero. */
  public int usedLength() {
    int end = length;
    // Of a sealed segment it is near the end; of another one a hole may lie behind it.
    int part = PAGE;
    while (end > 0) {
      final int from = (end - 1) / part * part;
      touchPages(from, end);
      part = STRETCH;
      final int used = SegmentScanner.lastNonZero(buffer, from, end);
      if (used > from) {
        return used;
      }
      end = from;
    }
    return 0;
  }

  private void read(final int from, final int to, final int end) {
    try (FileChannel channel = files.openToRead(file.get())) {
      for (int stretch = from; stretch <= to; stretch++) {
        final int start = stretch * STRETCH;
        read(channel, start, STRETCH, Math.min(STRETCH, end - start));
      }
    } catch (final IOException e) {
      onUnopened(e);
    }
  }

  /**
   * It cannot be opened now, has another name or none since, or whoever reads was told to end: its
   * pages are as good as before.
   */
  private static void onUnopened(final IOException cause) {
    LOG.debug("segment not read ahead of its mapping: cause={}", cause.toString());
  }

  /** Reads {@code count} bytes, of which {@code needed} must be there, within one stretch. */
  private void read(final FileChannel channel, final int start, final int count, final int needed)
      throws ClosedChannelException {
    try {
      files.read(channel, scratch.clear().limit(count), start);
      if (scratch.position() < needed) {
        throw new EOFException("the file was cut off: length=" + (start + scratch.position()));
      }
      if (start % STRETCH == 0 && scratch.position() == Math.min(STRETCH, length - start)) {
        touched[start / STRETCH / Long.SIZE] |= 1L << start / STRETCH;
      }
    } catch (final ClosedChannelException e) {
      // By an interrupt; that says nothing of the disk.
      throw e;
    } catch (final IOException e) {
      final long unreadable = copy(channel);
      LOG.error(
          "the disk cannot read parts of a segment: path={}, unreadableBytes={}, cause={}",
          file.get(),
          unreadable,
          e.toString());
    }
  }

  /** Puts everything that can be read, page by page, into the mapping's place. */
  private long copy(final FileChannel channel) {
    final ByteBuffer copy = ByteBuffer.allocateDirect(length);
    int unreadable = 0;
    for (int at = 0; at < length; at += PAGE) {
      final int end = Math.min(length, at + PAGE);
      try {
        files.read(channel, copy.limit(end).position(at), at);
        unreadable += copy.hasRemaining() ? 1 : 0;
      } catch (final IOException e) {
        isComplete = false;
        unreadable++;
        for (int each = at; each < end; each++) {
          copy.put(each, (byte) 0);
        }
      }
    }
    copied = copy.clear();
    buffer.wrap(copied);
    Arrays.fill(touched, -1);
    return (long) unreadable * PAGE;
  }

  @Override
  public void close() {
    buffer.wrap(0, 0);
    BufferUtil.free(mapped);
    BufferUtil.free(copied);
  }
}
