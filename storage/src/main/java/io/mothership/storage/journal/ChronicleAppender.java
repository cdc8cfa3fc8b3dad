package io.mothership.storage.journal;

import static io.mothership.frame.FrameDescriptor.BYTE_ORDER;
import static io.mothership.frame.FrameDescriptor.CRC_OFFSET;
import static io.mothership.storage.recovery.SegmentDescriptor.STAMP_LENGTH;
import static io.mothership.storage.recovery.SegmentDescriptor.WORD_LENGTH;

import io.mothership.frame.HotPath;
import io.mothership.storage.recovery.SegmentDescriptor;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.core.Jvm;
import net.openhft.chronicle.core.time.SystemTimeProvider;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueue;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import net.openhft.chronicle.wire.DocumentContext;
import net.openhft.chronicle.wire.Wires;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * All that we ask of Chronicle: raw documents, one after the other, in the file of the cycle we
 * name.
 *
 * <p>Getting Chronicle ready takes longer than recovering a small journal, and nobody needs it
 * before the first document: its classes are loaded while the journal is recovered, and the queue
 * is opened on a thread of its own.
 *
 * <p><i>Thread:</i> ms-journal. <i>Allocates:</i> nothing per document.
 */
final class ChronicleAppender implements AutoCloseable {
  private static final AtomicBoolean IS_PREPARED = new AtomicBoolean();

  private final SegmentCycle cycle = new SegmentCycle();
  private final UnsafeBuffer document = new UnsafeBuffer(0, 0);
  private final FutureTask<Opened> opening;
  private ExcerptAppender appender;

  /**
   * Begins to open the queue.
   *
   * @param segment whose file the next document continues or creates; if it is to be created, the
   *     file must not be there before {@link #awaitOpen} returns: finding a file that is allocated
   *     but still empty, Chronicle would wait for a header that nobody writes, until its time-out
   */
  ChronicleAppender(final Path directory, final int segmentBytes, final int segment) {
    cycle.segment(segment);
    opening = new FutureTask<>(() -> open(directory, segmentBytes));
    Thread.ofPlatform().name("ms-journal-open").daemon().start(opening);
  }

  private record Opened(SingleChronicleQueue queue, ExcerptAppender appender) {}

  /** Begins to load Chronicle's classes, whose static initializers take most of an opening. */
  static void prepare() {
    if (IS_PREPARED.compareAndSet(false, true)) {
      Thread.ofPlatform().name("ms-journal-load").daemon().start(ChronicleAppender::load);
    }
  }

  private static void load() {
    // Read once when Chronicle's classes are loaded; a value given on the command line wins.
    setIfAbsent("chronicle.announcer.disable");
    setIfAbsent("chronicle.analytics.disable");
    setIfAbsent("chronicle.disk.monitor.disable");
    // Its remarks on how long a call took.
    Jvm.disablePerfHandler();
    // The first waits for its clock to move on, the second makes formats for dates.
    Objects.requireNonNull(SystemTimeProvider.CLOCK);
    Objects.requireNonNull(Wires.CLASS_STRATEGY_FUNCTIONS);
  }

  private Opened open(final Path directory, final int segmentBytes) {
    load();
    final SingleChronicleQueue queue =
        SingleChronicleQueueBuilder.binary(directory.toFile())
            .rollCycle(cycle)
            .timeProvider(cycle)
            .blockSize(segmentBytes)
            .build();
    try {
      return new Opened(queue, queue.createAppender());
    } catch (final RuntimeException e) {
      queue.close();
      throw e;
    }
  }

  /** Returns when documents can be appended; throws what keeps them from it. */
  void awaitOpen() {
    opened();
  }

  private Opened opened() {
    boolean isInterrupted = false;
    try {
      while (true) {
        try {
          return opening.get();
        } catch (final InterruptedException e) {
          // It takes some milliseconds, and half of it is of no use to anybody.
          isInterrupted = true;
        }
      }
    } catch (final ExecutionException e) {
      throw new IllegalStateException("Chronicle cannot open the journal", e.getCause());
    } finally {
      if (isInterrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** The segment in which the next document lands; Chronicle creates or continues its file. */
  void segment(final int segment) {
    cycle.segment(segment);
  }

  /**
   * Appends the header document of a new segment, all zeros yet.
   *
   * @return offset of its length word
   */
  int appendHeader() {
    final DocumentContext context = appender().writingDocument();
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
    final DocumentContext context = appender().writingDocument();
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

  @HotPath
  private ExcerptAppender appender() {
    if (appender == null) {
      appender = opened().appender();
    }
    return appender;
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
    final Opened opened;
    try {
      opened = opened();
    } catch (final IllegalStateException e) {
      // Nothing was opened; whoever wanted to append has been told.
      return;
    }
    opened.queue().close();
  }
}
