package io.mothership.storage.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.frame.FrameView;
import io.mothership.journal.Journal;
import io.mothership.journal.JournalReader;
import io.mothership.journal.Location;
import io.mothership.journal.RecoveryListener;
import io.mothership.journal.TestFrames;
import io.mothership.storage.recovery.Damage;
import io.mothership.storage.recovery.JournalVerification;
import io.mothership.storage.recovery.SegmentFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Flips the bytes of a journal of a few segments, one at a time, in its files: no wrong record is
 * served by anything that reads them, at most the record that was hit is lost, and a loss is
 * reported where it is.
 *
 * <p>A seeded share of the bytes by default; {@code -Dmothership.flips=all} takes every byte.
 */
final class JournalDamageRecoveryIT {
  private static final int PAYLOAD_MAX = 300;
  private static final long SEED = Long.getLong("mothership.seed", 17L);
  private static final boolean IS_ALL = "all".equals(System.getProperty("mothership.flips", ""));

  /** Of so many bytes one is flipped. */
  private static final int SCAN_STRIDE = IS_ALL ? 1 : 48;

  /** Opening a journal takes a hundred times as long as reading it. */
  private static final int OPEN_STRIDE = IS_ALL ? 64 : 1600;

  /** Numbers of segments are multiples of this. */
  private static final int FIRST = SegmentFiles.next(0);

  @TempDir private Path directory;
  private final TestFrames frames = new TestFrames(PAYLOAD_MAX);
  private final Random random = new Random(SEED);
  private final List<Long> locations = new ArrayList<>();
  private final List<Integer> lengths = new ArrayList<>();
  private final List<byte[]> segments = new ArrayList<>();
  private final List<Path> files = new ArrayList<>();

  @BeforeEach
  void write() throws IOException {
    try (ChronicleJournal journal =
        open(directory, RecoveryListener.ofFrames((frame, location) -> {}))) {
      while (journal.segments().length < 3) {
        append(journal);
      }
      for (int i = 0; i < 50; i++) {
        append(journal);
      }
    }
    read();
  }

  @Test
  void shouldConfineAndReportEveryFlipWhenScanning() throws IOException {
    final int flips = forEachFlip(SCAN_STRIDE, this::checkScan);
    System.out.println("flips scanned: " + flips);
    assertTrue(JournalVerification.of(directory).isGood(), "every byte is back in its place");
  }

  @Test
  void shouldServeNoWrongRecordWhateverIsFlippedUnderAnOpenJournal() throws IOException {
    try (ChronicleJournal journal =
        open(directory, RecoveryListener.ofFrames((frame, location) -> {}))) {
      // Opening restored the front of the last segment.
      read();
      final int flips =
          forEachFlip(SCAN_STRIDE, (file, offset, hit) -> checkReader(journal, file, offset, hit));
      System.out.println("flips read around: " + flips);
    }
  }

  @Test
  void shouldOpenAndGoOnWhateverIsFlipped() throws IOException {
    final int flips = forEachFlip(OPEN_STRIDE, this::checkOpen);
    System.out.println("flips opened: " + flips);
  }

  private void append(final Journal journal) {
    final long sequence = locations.size() + 1L;
    lengths.add(frames.encode(sequence, 1));
    locations.add(frames.append(journal, sequence, 1));
  }

  private void read() throws IOException {
    final Path journal = SegmentFiles.journalDirectory(directory);
    files.clear();
    segments.clear();
    for (final Path segment : SegmentFiles.list(journal).values()) {
      files.add(segment);
      segments.add(Files.readAllBytes(segment));
    }
    assertEquals(3, files.size());
    files.add(journal.resolve("journal.state"));
  }

  @FunctionalInterface
  private interface Check {
    /**
     * @param hit index of the record that has the byte, -1 = none
     */
    void run(int file, int offset, int hit) throws IOException;
  }

  private int forEachFlip(final int stride, final Check check) throws IOException {
    int flips = 0;
    final ByteBuffer one = ByteBuffer.allocate(1);
    for (int file = 0; file < files.size(); file++) {
      try (FileChannel channel =
          FileChannel.open(files.get(file), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
        final int size = (int) channel.size();
        for (int at = random.nextInt(stride); at < size; at += 1 + random.nextInt(2 * stride - 1)) {
          channel.read(one.clear(), at);
          final byte good = one.get(0);
          channel.write(one.clear().put(0, (byte) (good ^ (1 + random.nextInt(255)))), at);
          try {
            check.run(file, at, recordAt(file, at));
          } catch (final AssertionError | RuntimeException e) {
            throw new AssertionError("seed=" + SEED + ", file=" + file + ", offset=" + at, e);
          } finally {
            channel.write(one.clear().put(0, good), at);
          }
          flips++;
        }
      }
    }
    return flips;
  }

  /** The record whose length word, stamp, frame or padding has the byte. */
  private int recordAt(final int file, final int offset) {
    for (int i = 0; i < locations.size(); i++) {
      final int from = Location.offset(locations.get(i)) - 8;
      if (Location.segment(locations.get(i)) == (file + 1) * FIRST
          && offset >= from
          && offset < from + 8 + ((lengths.get(i) + 3) & ~3)) {
        return i;
      }
    }
    return -1;
  }

  private void checkScan(final int file, final int offset, final int hit) {
    final Found found = new Found();
    final JournalVerification verification = JournalVerification.of(directory, found::onFrame);
    found.assertOnlyMissing(hit);
    for (final Damage damage : verification.damage()) {
      assertEquals((file + 1) * FIRST, damage.segment());
      assertTrue(damage.from() <= offset && offset < damage.to(), damage.toString());
    }
    assertFalse(found.isMissing() && verification.damage().isEmpty(), "a loss is reported");
  }

  private void checkReader(
      final ChronicleJournal journal, final int file, final int offset, final int hit) {
    final Found found = new Found();
    final FrameView frame = new FrameView();
    try (JournalReader reader = journal.reader()) {
      for (long at = reader.first(); at != Journal.NOWHERE; at = reader.next(at)) {
        assertTrue(reader.read(at, frame));
        found.onFrame(frame, at);
      }
      found.assertOnlyMissing(hit);
      final int wanted = hit >= 0 ? hit : random.nextInt(locations.size());
      if (reader.read(locations.get(wanted), frame)) {
        assertEquals(wanted + 1L, frame.journalSequence());
        assertGenuine(frame, locations.get(wanted));
      } else {
        assertTrue(found.isMissing());
      }
      final long sought = reader.seekSequence(wanted + 1L);
      assertEquals(
          found.isMissing()
              ? wanted + 1 == locations.size() ? Journal.NOWHERE : locations.get(wanted + 1)
              : locations.get(wanted),
          sought);
    }
  }

  private void checkOpen(final int file, final int offset, final int hit) throws IOException {
    final Path copy = directory.resolveSibling(directory.getFileName() + "-copy");
    copy(directory, copy);
    try {
      if (random.nextBoolean()) {
        // As after an unclean stop.
        Files.delete(SegmentFiles.journalDirectory(copy).resolve("journal.state"));
      }
      final Found found = new Found();
      final long last;
      try (ChronicleJournal journal = open(copy, RecoveryListener.ofFrames(found::onFrame))) {
        found.assertOnlyMissing(hit);
        assertFalse(found.isMissing() && journal.report().damage().isEmpty(), "reported");
        for (final Damage damage : journal.report().damage()) {
          assertEquals((file + 1) * FIRST, damage.segment());
        }
        last = journal.report().lastSequence();
        for (int i = 1; i <= 20; i++) {
          frames.append(journal, last + i, journal.report().epoch());
        }
      }
      final RecordedFrames again = new RecordedFrames(PAYLOAD_MAX);
      try (ChronicleJournal journal = open(copy, again)) {
        assertEquals(found.count + 20, again.sequences().size());
        assertEquals(last + 20, again.last());
        again.assertReadable(journal);
      }
    } finally {
      delete(copy);
    }
  }

  private void assertGenuine(final FrameView frame, final long location) {
    final byte[] bytes = segments.get(Location.segment(location) / FIRST - 1);
    final int offset = Location.offset(location);
    for (int i = 0; i < frame.length(); i++) {
      if (frame.buffer().getByte(frame.offset() + i) != bytes[offset + i]) {
        throw new AssertionError("a wrong record is served: sequence=" + frame.journalSequence());
      }
    }
  }

  /** What a reading found, compared with what was written as it goes. */
  private final class Found {
    private int next;
    private int missing = -1;
    private int count;

    void onFrame(final FrameView frame, final long location) {
      if (next < locations.size() && locations.get(next) != location) {
        assertEquals(-1, missing, "more than one record is lost");
        missing = next++;
      }
      assertTrue(next < locations.size(), "a record that never was");
      assertEquals(locations.get(next), location);
      assertEquals(next + 1L, frame.journalSequence());
      assertEquals(lengths.get(next), frame.length());
      assertGenuine(frame, location);
      next++;
      count++;
    }

    boolean isMissing() {
      return count < locations.size();
    }

    void assertOnlyMissing(final int hit) {
      if (next == locations.size() - 1 && missing < 0) {
        missing = next;
      }
      assertTrue(count >= locations.size() - 1, "more than one record is lost");
      assertTrue(missing < 0 || missing == hit, "lost by a flip elsewhere: " + missing);
    }
  }

  private static ChronicleJournal open(final Path data, final RecoveryListener listener) {
    return ChronicleJournal.open(
        JournalConfig.of(data).withSegmentBytes(JournalConfig.SEGMENT_BYTES_MIN), listener);
  }

  private static void copy(final Path source, final Path target) throws IOException {
    try (var tree = Files.walk(source)) {
      for (final Path file : (Iterable<Path>) tree::iterator) {
        final Path copied = target.resolve(source.relativize(file));
        if (Files.isDirectory(file)) {
          Files.createDirectories(copied);
        } else {
          Files.copy(file, copied);
        }
      }
    }
  }

  private static void delete(final Path data) throws IOException {
    try (var tree = Files.walk(data)) {
      for (final Path file : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
