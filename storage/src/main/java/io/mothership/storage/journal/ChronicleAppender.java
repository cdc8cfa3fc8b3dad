package io.mothership.storage.journal;

import static io.mothership.journal.FrameDescriptor.BYTE_ORDER;
import static io.mothership.journal.FrameDescriptor.CRC_OFFSET;
import static io.mothership.storage.recovery.SegmentDescriptor.STAMP_LENGTH;
import static io.mothership.storage.recovery.SegmentDescriptor.WORD_LENGTH;

import io.mothership.bus.HotPath;
import io.mothership.storage.recovery.SegmentDescriptor;
import java.nio.file.Path;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.core.Jvm;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueue;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import net.openhft.chronicle.wire.DocumentContext;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * All that we ask of Chronicle: raw documents, one after the other, in the file of the cycle we
 * name.
 *
 * <p><i>Thread:</i> ms-journal. <i>Allocates:</i> nothing per document.
 */
final class ChronicleAppender implements AutoCloseable {
  static {
    // Read once when Chronicle's classes are loaded; a value given on the command line wins.
    setIfAbsent("chronicle.announcer.disable");
    setIfAbsent("chronicle.analytics.disable");
    setIfAbsent("chronicle.disk.monitor.disable");
    // Its remarks on how long a call took.
    Jvm.disablePerfHandler();
  }

  private final SegmentCycle cycle = new SegmentCycle();
  private final SingleChronicleQueue queue;
  private final UnsafeBuffer document = new UnsafeBuffer(0, 0);
  private ExcerptAppender appender;

  ChronicleAppender(final Path directory, final int segmentBytes) {
    queue =
        SingleChronicleQueueBuilder.binary(directory.toFile())
            .rollCycle(cycle)
            .timeProvider(cycle)
            .blockSize(segmentBytes)
            .build();
  }

  /**
   * Makes Chronicle's appender before the first segment's file exists: finding a file that is
   * allocated but still empty, it would wait for a header that nobody writes, until its time-out.
   */
  void prepare(final int segment) {
    if (appender == null) {
      segment(segment);
    }
  }

  /** The segment in which the next document lands; Chronicle creates or continues its file. */
  void segment(final int segment) {
    cycle.segment(segment);
    if (appender == null) {
      appender = queue.createAppender();
    }
  }

  /**
   * Appends the header document of a new segment, all zeros yet.
   *
   * @return offset of its length word
   */
  int appendHeader() {
    final DocumentContext context = appender.writingDocument();
    boolean isWritten = false;
    try {
      final int headerOffset = (int) context.wire().bytes().writePosition() - WORD_LENGTH;
      final int length = SegmentDescriptor.bodyLength(headerOffset);
      claim(context, length);
      document.setMemory(0, length, (byte) 0);
      isWritten = true;
      return headerOffset;
    } finally {
      finish(context, isWritten);
    }
  }

  /**
   * Appends stamp and frame, and the CRC into the frame's copy.
   *
   * @param recordOffset where the record's length word must come to lie
   */
  @HotPath
  void append(
      final int recordOffset,
      final int stamp,
      final int crc,
      final DirectBuffer buffer,
      final int offset,
      final int length) {
    final DocumentContext context = appender.writingDocument();
    boolean isWritten = false;
    try {
      final long start = claim(context, STAMP_LENGTH + length);
      requireAt(recordOffset + WORD_LENGTH, start);
      document.putInt(0, stamp, BYTE_ORDER);
      document.putBytes(STAMP_LENGTH, buffer, offset, length);
      document.putInt(STAMP_LENGTH + CRC_OFFSET, crc, BYTE_ORDER);
      isWritten = true;
    } finally {
      finish(context, isWritten);
    }
  }

  private static void requireAt(final long expected, final long actual) {
    if (expected != actual) {
      throw new IllegalStateException(
          "Chronicle appends at another place: expected=" + expected + ", actual=" + actual);
    }
  }

  @HotPath
  private long claim(final DocumentContext context, final int length) {
    final Bytes<?> bytes = context.wire().bytes();
    final long start = bytes.writePosition();
    bytes.writeLimit(bytes.capacity());
    document.wrap(bytes.addressForWrite(start), length);
    bytes.writePosition(start + length);
    return start;
  }

  private static void finish(final DocumentContext context, final boolean isWritten) {
    if (!isWritten) {
      context.rollbackOnClose();
    }
    context.close();
  }

  private static void setIfAbsent(final String property) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, "true");
    }
  }

  @Override
  public void close() {
    queue.close();
  }
}
