package io.mothership.storage.recovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.journal.RecoveryListener;
import io.mothership.journal.TestFrames;
import io.mothership.storage.journal.ChronicleJournal;
import io.mothership.storage.journal.JournalConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Flips every byte of a journal in turn, on copies in memory, and looks at what the scanner makes
 * of it.
 */
final class SegmentDamageTest {
  private static final int FIRST = SegmentFiles.next(0);
  private static final int PAYLOAD_MAX = 300;
  private static final long SEED = Long.getLong("mothership.seed", 5L);

  @TempDir private Path directory;
  private final List<byte[]> segments = new ArrayList<>();

  @BeforeEach
  void write() throws Exception {
    final TestFrames frames = new TestFrames(PAYLOAD_MAX);
    try (ChronicleJournal journal =
        ChronicleJournal.open(
            JournalConfig.of(directory).withSegmentBytes(JournalConfig.SEGMENT_BYTES_MIN),
            RecoveryListener.ofFrames((frame, location) -> {}))) {
      int sequence = 0;
      while (journal.segments().length < 2) {
        frames.append(journal, ++sequence, 1);
      }
      for (int i = 0; i < 10; i++) {
        frames.append(journal, ++sequence, 1);
      }
    }
    for (final Path file : SegmentFiles.list(SegmentFiles.journalDirectory(directory)).values()) {
      segments.add(Files.readAllBytes(file));
    }
  }

  @Test
  void shouldConfineAndReportEveryFlippedByte() {
    final Random random = new Random(SEED);
    for (int i = 0; i < segments.size(); i++) {
      final byte[] bytes = segments.get(i).clone();
      final SegmentScan whole = SegmentScan.of((i + 1) * FIRST, bytes);
      assertTrue(whole.damage.isEmpty(), whole.damage.toString());
      // Beyond the records there are only zeros: a few of them stand for all.
      for (int at = 0; at < whole.end + 64; at++) {
        final byte good = bytes[at];
        bytes[at] ^= (byte) (1 + random.nextInt(255));
        if (!isEndMark(bytes, whole.end)) {
          check(whole, SegmentScan.of((i + 1) * FIRST, bytes), at);
        }
        bytes[at] = good;
      }
    }
  }

  @Test
  void shouldNotMindHalfAnEndMark() {
    final byte[] sealed = segments.getFirst();
    final int end = SegmentScan.of(FIRST, sealed).end;
    final UnsafeBuffer whole = new UnsafeBuffer(sealed);
    assertEquals(SegmentDescriptor.END_MARK, whole.getInt(end));
    assertEquals(SegmentDescriptor.END_NAME, whole.getInt(end + Integer.BYTES));
    // Neither is synced: where they lie in two blocks, a power cut may leave one of them.
    for (final int lost : List.of(end, end + Integer.BYTES)) {
      final byte[] bytes = sealed.clone();
      new UnsafeBuffer(bytes).putInt(lost, 0);
      final SegmentScan found = SegmentScan.of(FIRST, bytes);
      assertEquals(List.of(), found.damage);
      assertEquals(end, found.end);
    }
  }

  /**
   * A flip can make a mark, or half of one, of what is behind the records: it says nothing wrong.
   */
  private static boolean isEndMark(final byte[] bytes, final int end) {
    final UnsafeBuffer buffer = new UnsafeBuffer(bytes);
    final int mark = buffer.getInt(end);
    final int name = buffer.getInt(end + Integer.BYTES);
    return mark == SegmentDescriptor.END_MARK && name == 0
        || mark == 0 && name == SegmentDescriptor.END_NAME;
  }

  private static void check(final SegmentScan whole, final SegmentScan found, final int flipped) {
    final int hit = frameAt(whole, flipped);
    int next = 0;
    for (int i = 0; i < whole.sequences.size(); i++) {
      final boolean isFound =
          next < found.sequences.size() && found.sequences.get(next).equals(whole.sequences.get(i));
      assertTrue(isFound || i == hit, () -> "lost by a flip elsewhere: flipped=" + flipped);
      if (isFound) {
        assertEquals(whole.offsets.get(i), found.offsets.get(next));
        assertTrue(
            i != hit || isOutsideFrame(whole, hit, flipped),
            () -> "served a changed frame: flipped=" + flipped);
        next++;
      }
    }
    assertEquals(next, found.sequences.size(), "served a frame that never was");
    if (!isUnchecked(whole, hit, flipped)) {
      assertTrue(
          found.damage.stream().anyMatch(range -> range.from() <= flipped && flipped < range.to()),
          () -> "unreported: flipped=" + flipped + ", hit=" + hit + ", end=" + whole.end);
      assertEquals(1, found.damage.size(), found.damage::toString);
    }
  }

  /**
   * Chronicle's own front, the synced cell and padding can be wrong without anything being lost.
   */
  private static boolean isUnchecked(final SegmentScan whole, final int hit, final int flipped) {
    final SegmentDescriptor descriptor = whole.descriptor;
    final boolean isFront = flipped < descriptor.headerOffset() + SegmentDescriptor.WORD_LENGTH;
    final boolean isCell =
        flipped >= descriptor.cellOffset() && flipped < descriptor.cellOffset() + Long.BYTES;
    final boolean isImagePadding =
        flipped >= descriptor.imageOffset() + Integer.BYTES + descriptor.headerOffset()
            && flipped < descriptor.copyOffset();
    final boolean isCopyCell =
        flipped >= descriptor.dataOffset() - Long.BYTES && flipped < descriptor.dataOffset();
    final boolean isPadding =
        hit >= 0 && flipped >= whole.offsets.get(hit) + whole.lengths.get(hit);
    return isFront || isCell || isImagePadding || isCopyCell || isPadding;
  }

  private static boolean isOutsideFrame(final SegmentScan whole, final int hit, final int flipped) {
    return flipped < whole.offsets.get(hit) - SegmentDescriptor.STAMP_LENGTH
        || flipped >= whole.offsets.get(hit) + whole.lengths.get(hit);
  }

  /** Index of the record whose length word, stamp, frame or padding has the byte. */
  private static int frameAt(final SegmentScan whole, final int at) {
    for (int i = 0; i < whole.offsets.size(); i++) {
      final int from = whole.offsets.get(i) - SegmentDescriptor.PREFIX_LENGTH;
      final int to = SegmentDescriptor.align(whole.offsets.get(i) + whole.lengths.get(i));
      if (at >= from && at < to) {
        return i;
      }
    }
    return -1;
  }

  @Test
  void shouldNotTakeAFrameInAPayloadForARecord() {
    final byte[] bytes = segments.getFirst();
    final SegmentScan whole = SegmentScan.of(FIRST, bytes);
    // A genuine record copied into the middle of another one's place: magic, CRC and length are
    // right.
    final int source = whole.offsets.get(3);
    final int length = whole.lengths.get(3);
    int victim = 10;
    while (whole.lengths.get(victim) < length + 64) {
      victim++;
    }
    final byte[] forged = bytes.clone();
    final int target = SegmentDescriptor.align(whole.offsets.get(victim) + 32);
    System.arraycopy(bytes, source - SegmentDescriptor.PREFIX_LENGTH, forged, target, length + 8);
    final SegmentScan found = SegmentScan.of(FIRST, forged);
    assertEquals(whole.sequences.size() - 1, found.sequences.size());
    assertEquals(1, found.damage.size());
    assertEquals(Damage.Reason.RECORD, found.damage.getFirst().reason());
  }
}
