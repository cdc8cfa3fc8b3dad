package io.mothership.storage.recovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.mothership.frame.FrameCrc;
import io.mothership.storage.recovery.SmallSegment.Frame;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Segment files as anything may have left them: no frame is served whose CRC is wrong, every intact
 * one is, and reading costs no more memory than the file is long.
 */
final class SegmentFuzzTest {
  private static final long ALLOCATED_BYTES_MAX = 8 * 1024 * 1024;

  private final SmallSegment whole = new SmallSegment(24);

  @FuzzTest
  void shouldSurviveAnyBytes(final byte[] bytes) {
    scan(bytes, false);
    scan(bytes, true);
  }

  @FuzzTest
  void shouldServeWhatIsIntact(final FuzzedDataProvider input) {
    final boolean isOpenEnded = input.consumeBoolean();
    final byte[] bytes = ByteEdits.apply(input, whole.bytes());
    final SegmentScan scan = scan(bytes, isOpenEnded);
    if (!whole.descriptor().equals(scan.descriptor) || hasForged(scan)) {
      return;
    }
    final List<Long> intact = intact(bytes, isOpenEnded);
    assertEquals(intact, scan.sequences, () -> scan.damage.toString());
    if (!isOpenEnded && intact.size() < whole.frames().size() && isEndInside(intact)) {
      assertFalse(scan.damage.isEmpty(), "lost without a word");
    }
  }

  /** Whether a frame is lost that has an intact one behind it: the end of a file proves nothing. */
  private boolean isEndInside(final List<Long> intact) {
    return !intact.isEmpty() && intact.getLast() > intact.size();
  }

  /**
   * What must be found. An open end is where the stop interrupted us: behind a hole that begins
   * there nothing counts; a hole that begins before was damaged later, and is read around.
   */
  private List<Long> intact(final byte[] bytes, final boolean isOpenEnded) {
    final List<Long> intact = new ArrayList<>();
    final UnsafeBuffer file = new UnsafeBuffer(bytes);
    final int provenTo = isOpenEnded ? whole.descriptor().syncedTo(file) : Integer.MAX_VALUE;
    boolean isInHole = false;
    for (final Frame frame : whole.frames()) {
      final int record = frame.offset() - SegmentDescriptor.PREFIX_LENGTH;
      final boolean isIntact = whole.isIntact(frame, bytes);
      if (record >= provenTo && (isIntact ? !hasWord(record, bytes) : !isInHole)) {
        return intact;
      }
      isInHole = !isIntact;
      if (isIntact) {
        intact.add(frame.sequence());
      }
    }
    return intact;
  }

  private boolean hasWord(final int record, final byte[] bytes) {
    return new UnsafeBuffer(bytes).getInt(record) == new UnsafeBuffer(whole.bytes()).getInt(record);
  }

  /** A fuzzer can compute a CRC: such a frame is none of ours, and rightly served. */
  private boolean hasForged(final SegmentScan scan) {
    for (int i = 0; i < scan.sequences.size(); i++) {
      final Frame found =
          new Frame(scan.sequences.get(i), scan.offsets.get(i), scan.lengths.get(i));
      if (!whole.frames().contains(found)) {
        return true;
      }
    }
    return false;
  }

  private static SegmentScan scan(final byte[] bytes, final boolean isOpenEnded) {
    // The first time pays for loading classes.
    SegmentScan.of(SmallSegment.NUMBER, bytes, isOpenEnded);
    final long before = allocatedBytes();
    final SegmentScan scan = SegmentScan.of(SmallSegment.NUMBER, bytes, isOpenEnded);
    final long allocated = allocatedBytes() - before;
    assertTrue(allocated < ALLOCATED_BYTES_MAX, () -> "allocated: " + allocated);
    final FrameCrc crc = new FrameCrc();
    final UnsafeBuffer file = new UnsafeBuffer(bytes);
    int end = 0;
    for (int i = 0; i < scan.offsets.size(); i++) {
      final int offset = scan.offsets.get(i);
      assertTrue(offset >= end, "two frames share bytes");
      assertTrue(crc.matches(file, offset, scan.lengths.get(i)), "served with a wrong CRC");
      end = offset + scan.lengths.get(i);
    }
    for (final Damage damage : scan.damage) {
      assertTrue(damage.from() <= damage.to(), damage::toString);
    }
    return scan;
  }

  private static long allocatedBytes() {
    return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean())
        .getCurrentThreadAllocatedBytes();
  }
}
