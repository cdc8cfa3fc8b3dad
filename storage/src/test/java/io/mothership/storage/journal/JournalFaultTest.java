package io.mothership.storage.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.error.MothershipException;
import io.mothership.frame.FrameView;
import io.mothership.journal.JournalReader;
import io.mothership.journal.TestFrames;
import io.mothership.storage.recovery.SegmentFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk that fails or is full: what is refused, what stays, what works again. */
final class JournalFaultTest {
  private static final int PAYLOAD_MAX = 500;

  @TempDir private Path directory;
  private final FaultyFiles files = new FaultyFiles();
  private final TestFrames frames = new TestFrames(PAYLOAD_MAX);
  private JournalConfig config;
  private long sequence;

  @BeforeEach
  void configure() {
    config =
        new JournalConfig(
            directory,
            JournalConfig.SEGMENT_BYTES_MIN,
            JournalConfig.ALLOCATE_AHEAD_BYTES_MIN,
            1000,
            Long.MAX_VALUE,
            files);
  }

  @Test
  void shouldRefuseAndWriteNothingWhileTheDiskIsFull() {
    try (ChronicleJournal journal = open()) {
      appendAndSync(journal, 20);
      files.failWrites("No space left on device");
      int refusals = 0;
      // What is allocated already can still be used; then every append is refused.
      while (refusals < 10) {
        try {
          frames.append(journal, sequence + 1, 1);
          sequence++;
        } catch (final MothershipException e) {
          assertEquals("DISK_FULL", e.code());
          refusals++;
        }
      }
      files.failWrites("");
      appendAndSync(journal, 300);
      assertEquals(sequence, count(journal));
    }
    assertAllThere();
  }

  @Test
  void shouldRefuseARollWhileTheDiskIsFull() {
    try (ChronicleJournal journal = open()) {
      final TestFrames big = new TestFrames(40_000);
      long location = big.append(journal, ++sequence, 1);
      final long first = location >>> 32;
      while (location >>> 32 == first) {
        location = big.append(journal, ++sequence, 1);
      }
      files.failWrites("Disk quota exceeded");
      MothershipException refused = null;
      while (refused == null) {
        try {
          big.append(journal, sequence + 1, 1);
          sequence++;
        } catch (final MothershipException e) {
          refused = e;
        }
      }
      assertEquals("DISK_FULL", refused.code());
      files.failWrites("");
      for (int i = 0; i < 20; i++) {
        big.append(journal, ++sequence, 1);
      }
      journal.sync();
      assertEquals(sequence, count(journal));
    }
  }

  @Test
  void shouldSayThatSpaceIsLowAndTakeWhatIsOnItsWay() {
    try (ChronicleJournal journal = open()) {
      appendAndSync(journal, 5);
      assertFalse(journal.isSpaceLow(true));
      files.usable(999);
      appendAndSync(journal, 300);
      assertTrue(journal.isSpaceLow(false), "noticed where space was allocated");
      files.usable(Long.MAX_VALUE);
      assertTrue(journal.isSpaceLow(false));
      assertFalse(journal.isSpaceLow(true));
      appendAndSync(journal, 5);
    }
    assertAllThere();
  }

  @Test
  void shouldTakeNothingMoreAfterAFailedSync() {
    final ChronicleJournal journal = open();
    try (journal) {
      appendAndSync(journal, 10);
      final long synced = sequence;
      frames.append(journal, ++sequence, 1);
      files.failSync(true);
      assertFailed(journal::sync);
      files.failSync(false);
      final int syncs = files.syncs();
      assertFailed(journal::sync);
      assertFailed(() -> frames.append(journal, sequence + 1, 1));
      assertEquals(syncs, files.syncs(), "a failed sync is never tried again");
      // Reading goes on.
      assertEquals(synced + 1, count(journal));
    }
    assertAllThere();
  }

  /** Pages of the old one may never get to the disk, however often they are written. */
  @Test
  void shouldGoOnInAFileOfItsOwnAfterAFailedSync() throws IOException {
    failSync();
    final Object failed = activeFileKey();
    assertAllThere();
    assertNotEquals(failed, activeFileKey());
    // And only then: it is as long as a segment.
    final Object copied = activeFileKey();
    sequence++;
    assertAllThere();
    assertEquals(copied, activeFileKey());
  }

  @Test
  void shouldCopyAgainWhatCouldNotBeSyncedByAStart() throws IOException {
    failSync();
    final Object failed = activeFileKey();
    files.failSync(true);
    assertEquals("JOURNAL_UNREADABLE", assertThrows(MothershipException.class, this::open).code());
    files.failSync(false);
    assertEquals(failed, activeFileKey());
    assertAllThere();
    assertNotEquals(failed, activeFileKey());
  }

  private void failSync() {
    try (ChronicleJournal journal = open()) {
      appendAndSync(journal, 100);
      frames.append(journal, ++sequence, 1);
      files.failSync(true);
      assertFailed(journal::sync);
      files.failSync(false);
    }
  }

  private Object activeFileKey() throws IOException {
    try (var found = Files.newDirectoryStream(SegmentFiles.journalDirectory(directory), "*.cq4")) {
      return Files.readAttributes(found.iterator().next(), BasicFileAttributes.class).fileKey();
    }
  }

  @Test
  void shouldTakeNothingMoreAfterAFailedWrite() {
    try (ChronicleJournal journal = open()) {
      appendAndSync(journal, 10);
      files.failWrites("Input/output error");
      MothershipException failed = null;
      while (failed == null) {
        try {
          frames.append(journal, sequence + 1, 1);
          sequence++;
        } catch (final MothershipException e) {
          failed = e;
        }
      }
      assertEquals("JOURNAL_FAILED", failed.code());
      files.failWrites("");
      assertFailed(() -> frames.append(journal, sequence + 1, 1));
    }
    assertAllThere();
  }

  @Test
  void shouldTakeNothingMoreAfterAFailedRoll() {
    try (ChronicleJournal journal = open()) {
      appendAndSync(journal, 10);
      files.failSyncDirectory(true);
      appendUntilFailed(journal);
    }
    files.failSyncDirectory(false);
    assertAllThere();
  }

  @Test
  void shouldSurviveAFailedRenameAtARoll() {
    try (ChronicleJournal journal = open()) {
      appendAndSync(journal, 10);
      files.failRename(true);
      appendUntilFailed(journal);
    }
    files.failRename(false);
    assertAllThere();
  }

  /** A segment has its last name a moment before anybody is told. */
  @Test
  void shouldReadASegmentBetweenItsRenameAndTheNewsOfIt() {
    try (ChronicleJournal journal = open();
        JournalReader reader = journal.reader()) {
      final FrameView frame = new FrameView();
      final long location = frames.append(journal, ++sequence, 1);
      final int[] reads = {0};
      files.afterRename(
          () -> {
            assertTrue(reader.read(location, frame), "lost=" + reader.isLost());
            reads[0]++;
          });
      while (journal.segments().length == 1) {
        appendAndSync(journal, 1);
      }
      assertEquals(1, reads[0]);
    }
  }

  private void appendUntilFailed(final ChronicleJournal journal) {
    while (true) {
      try {
        frames.append(journal, sequence + 1, 1);
        sequence++;
      } catch (final MothershipException e) {
        assertEquals("JOURNAL_FAILED", e.code());
        return;
      }
    }
  }

  private ChronicleJournal open() {
    return ChronicleJournal.open(config, new RecordedFrames(PAYLOAD_MAX));
  }

  private void appendAndSync(final ChronicleJournal journal, final int count) {
    for (int i = 0; i < count; i++) {
      frames.append(journal, ++sequence, 1);
    }
    journal.sync();
  }

  private static void assertFailed(final org.junit.jupiter.api.function.Executable call) {
    assertEquals("JOURNAL_FAILED", assertThrows(MothershipException.class, call).code());
  }

  private static long count(final ChronicleJournal journal) {
    final FrameView frame = new FrameView();
    long count = 0;
    try (JournalReader reader = journal.reader()) {
      for (long location = reader.first(); location >= 0; location = reader.next(location)) {
        assertTrue(reader.read(location, frame));
        assertEquals(++count, frame.journalSequence());
      }
    }
    return count;
  }

  private void assertAllThere() {
    final RecordedFrames recorded = new RecordedFrames(PAYLOAD_MAX);
    try (ChronicleJournal journal = ChronicleJournal.open(config, recorded)) {
      recorded.assertUnbroken();
      assertEquals(sequence, recorded.last());
      assertTrue(journal.report().damage().isEmpty());
      frames.append(journal, sequence + 1, 2);
    }
  }
}
