package io.mothership.journal;

import static io.mothership.frame.FrameDescriptor.BYTE_ORDER;
import static io.mothership.frame.FrameDescriptor.CRC_OFFSET;
import static io.mothership.frame.FrameDescriptor.FRAME_LENGTH_MIN;
import static io.mothership.frame.FrameDescriptor.FRAME_LENGTH_OFFSET;

import io.mothership.error.MothershipException;
import io.mothership.frame.FrameCrc;
import io.mothership.frame.FrameView;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A journal in heap arrays, for streams that live in memory; nothing survives the process.
 *
 * <p><i>Thread:</i> written by one, read by any through readers of their own. <i>Allocates:</i> a
 * new array when one is full, nothing else.
 */
public final class HeapJournal implements Journal {
  public static final int SEGMENT_BYTES_DEFAULT = 4 * 1024 * 1024;

  private static final Segment[] NONE = {};

  private final int segmentBytes;
  private final FrameCrc crc = new FrameCrc();
  private volatile Segment[] segments = NONE;
  private int nextSegment = 1;
  private boolean isClosed;

  /** One array; frames lie in it end to end, each at a multiple of four. */
  private static final class Segment {
    private final int number;
    private final UnsafeBuffer buffer;
    private volatile int end;

    Segment(final int number, final int length) {
      this.number = number;
      this.buffer = new UnsafeBuffer(new byte[length]);
    }
  }

  public HeapJournal() {
    this(SEGMENT_BYTES_DEFAULT);
  }

  public HeapJournal(final int segmentBytes) {
    this.segmentBytes = segmentBytes;
  }

  @Override
  public long append(final DirectBuffer buffer, final int offset, final int length) {
    requireOpen();
    if (length < FRAME_LENGTH_MIN) {
      throw new IllegalArgumentException(
          "frame length: min=" + FRAME_LENGTH_MIN + ", actual=" + length);
    }
    final Segment segment = segmentFor(length);
    final int at = segment.end;
    segment.buffer.putBytes(at, buffer, offset, length);
    segment.buffer.putInt(at + CRC_OFFSET, crc.compute(buffer, offset, length), BYTE_ORDER);
    segment.end = at + align(length);
    return Location.of(segment.number, at);
  }

  @Override
  public void sync() {
    requireOpen();
  }

  @Override
  public JournalReader reader() {
    return new Reader();
  }

  /** Forgets a whole segment but the last; readers see its frames as gone. */
  public synchronized void delete(final int number) {
    final Segment[] old = segments;
    final int at = find(old, number);
    if (at < 0) {
      return;
    }
    if (at == old.length - 1) {
      throw new IllegalArgumentException("segment is being written: segment=" + number);
    }
    final Segment[] shrunk = new Segment[old.length - 1];
    System.arraycopy(old, 0, shrunk, 0, at);
    System.arraycopy(old, at + 1, shrunk, at, shrunk.length - at);
    segments = shrunk;
  }

  @Override
  public void close() {
    isClosed = true;
  }

  private void requireOpen() {
    if (isClosed) {
      throw new MothershipException(
          MothershipException.Category.ENVIRONMENT, "JOURNAL_FAILED", "journal is closed");
    }
  }

  private Segment segmentFor(final int length) {
    final Segment[] known = segments;
    if (known.length > 0) {
      final Segment last = known[known.length - 1];
      if (align(length) <= last.buffer.capacity() - last.end) {
        return last;
      }
    }
    return addSegment(Math.max(segmentBytes, align(length)));
  }

  private synchronized Segment addSegment(final int length) {
    final Segment[] old = segments;
    final Segment[] grown = new Segment[old.length + 1];
    System.arraycopy(old, 0, grown, 0, old.length);
    final Segment added = new Segment(nextSegment++, length);
    grown[old.length] = added;
    segments = grown;
    return added;
  }

  private static int align(final int length) {
    return (length + 3) & ~3;
  }

  /** Position of a segment, or {@code -(position of the next higher one) - 1}. */
  private static int find(final Segment[] segments, final int number) {
    int low = 0;
    int high = segments.length - 1;
    while (low <= high) {
      final int middle = (low + high) >>> 1;
      if (segments[middle].number < number) {
        low = middle + 1;
      } else if (segments[middle].number > number) {
        high = middle - 1;
      } else {
        return middle;
      }
    }
    return -low - 1;
  }

  /** Walks the arrays; a frame is trusted because only {@link #append} writes them. */
  private final class Reader implements JournalReader {
    private final FrameView probe = new FrameView();

    @Override
    public boolean read(final long location, final FrameView frame) {
      if (location < 0) {
        return false;
      }
      final Segment[] known = segments;
      final int at = find(known, Location.segment(location));
      if (at < 0) {
        return false;
      }
      final Segment segment = known[at];
      final int offset = Location.offset(location);
      if (!isFrame(segment, offset)) {
        return false;
      }
      frame.wrap(segment.buffer, offset);
      return true;
    }

    @Override
    public long first() {
      return firstFrom(segments, 0);
    }

    @Override
    public long next(final long location) {
      final Segment[] known = segments;
      final int at = find(known, Location.segment(location));
      if (at < 0) {
        return firstFrom(known, -at - 1);
      }
      final int offset = Location.offset(location);
      if (isFrame(known[at], offset)) {
        final int length = known[at].buffer.getInt(offset + FRAME_LENGTH_OFFSET, BYTE_ORDER);
        if (offset + align(length) < known[at].end) {
          return Location.of(known[at].number, offset + align(length));
        }
      }
      return firstFrom(known, at + 1);
    }

    @Override
    public long seekSequence(final long journalSequence) {
      return seek(journalSequence, false);
    }

    @Override
    public long seekTime(final long timeNs) {
      return seek(timeNs, true);
    }

    @Override
    public void close() {
      probe.wrap(new UnsafeBuffer(new byte[FRAME_LENGTH_MIN]), 0);
    }

    private long seek(final long value, final boolean isTime) {
      final Segment[] known = segments;
      int low = 0;
      int high = known.length;
      while (low < high) {
        final int middle = (low + high) >>> 1;
        final boolean isBefore =
            known[middle].end > 0
                && (isTime
                    ? valueAt(known[middle], true) < value
                    : valueAt(known[middle], false) <= value);
        if (isBefore) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      long location = firstFrom(known, Math.max(low - 1, 0));
      while (location != NOWHERE && !isReached(location, value, isTime)) {
        location = next(location);
      }
      return location;
    }

    private long valueAt(final Segment segment, final boolean isTime) {
      probe.wrap(segment.buffer, 0);
      return isTime ? probe.timeNs() : probe.journalSequence();
    }

    private boolean isReached(final long location, final long value, final boolean isTime) {
      return read(location, probe)
          && !probe.isCopied()
          && (isTime ? probe.timeNs() : probe.journalSequence()) >= value;
    }

    private long firstFrom(final Segment[] known, final int from) {
      for (int i = from; i < known.length; i++) {
        if (known[i].end > 0) {
          return Location.of(known[i].number, 0);
        }
      }
      return NOWHERE;
    }

    private boolean isFrame(final Segment segment, final int offset) {
      return offset >= 0
          && (offset & 3) == 0
          && offset <= segment.end - FRAME_LENGTH_MIN
          && FrameView.isWellFormed(
              segment.buffer,
              offset,
              Math.min(
                  segment.buffer.getInt(offset + FRAME_LENGTH_OFFSET, BYTE_ORDER),
                  segment.end - offset));
    }
  }
}
