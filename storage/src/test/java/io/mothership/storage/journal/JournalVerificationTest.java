package io.mothership.storage.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.journal.Checkpoint;
import io.mothership.journal.FrameConsumer;
import io.mothership.journal.Relocations;
import io.mothership.journal.TestFrames;
import io.mothership.journal.Upkeep;
import io.mothership.storage.recovery.JournalVerification;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongPredicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a reader from outside sees of a journal whose segments come and go under it. */
final class JournalVerificationTest {
  private static final int PAYLOAD_MAX = 300;
  private static final int COUNT = 3000;

  @TempDir private Path folder;
  private final FaultyFiles files = new FaultyFiles();
  private final TestFrames frames = new TestFrames(PAYLOAD_MAX);
  private final long[] locations = new long[4 * COUNT];
  private final List<Long> seen = new ArrayList<>();
  private Path directory;
  private long sequence;

  @BeforeEach
  void name() {
    directory = folder.resolve("data");
  }

  @Test
  void shouldReadOnInASegmentThatIsSealedMeanwhile() {
    try (ChronicleJournal journal = open()) {
      append(journal, COUNT);
      final int before = journal.segments().length;
      assertUndamaged(
          (frame, location) -> {
            if (seen.isEmpty()) {
              appendUntilSegments(journal, before + 2);
            }
            seen.add(frame.journalSequence());
          });
      for (long each = 1; each <= sequence; each++) {
        assertEquals(each, seen.get((int) each - 1));
      }
    }
  }

  @Test
  void shouldSeeEveryLivingRecordOnceThoughItIsMovedMeanwhile() {
    for (final int movedAt : new int[] {1, 500, 900}) {
      seen.clear();
      sequence = 0;
      directory = folder.resolve("at" + movedAt);
      try (ChronicleJournal journal = open()) {
        append(journal, COUNT / 2);
        keep(journal, at -> at % 10 == 0);
        append(journal, COUNT / 2);
        assertUndamaged(
            (frame, location) -> {
              if (frame.journalSequence() == movedAt) {
                assertTrue(keep(journal, at -> at % 10 == 0) > 0);
              }
              seen.add(frame.journalSequence());
            });
      }
      final List<Long> living = seen.stream().filter(at -> at % 10 == 0).toList();
      assertEquals(COUNT / 10, living.size());
      assertEquals(living.stream().sorted().distinct().toList(), living);
    }
  }

  /** What is cut off of a file that is mapped cannot be looked at any more: it ends the process. */
  @Test
  void shouldNotTouchWhatIsCutOffWhileItIsRead() {
    try (ChronicleJournal journal = open()) {
      append(journal, 10);
      final FaultyFiles watched = new FaultyFiles();
      final int[] opened = {0};
      watched.beforeOpenToRead(
          file -> {
            if (file.toString().endsWith(".cq4") && ++opened[0] == 2) {
              appendUntilSegments(journal, 2);
            }
          });
      final JournalVerification found =
          JournalVerification.ofNewest(
              watched,
              directory,
              Long.MAX_VALUE,
              (frame, location) -> seen.add(frame.journalSequence()));
      assertTrue(found.isGood(), found::toString);
      assertEquals(10, seen.size());
      assertEquals(1, opened[0], "what is looked at was read at once");
    }
  }

  private void assertUndamaged(final FrameConsumer consumer) {
    final JournalVerification found = JournalVerification.of(directory, consumer);
    assertTrue(found.isGood(), found::toString);
    assertEquals(seen.size(), found.frames());
  }

  private ChronicleJournal open() {
    return ChronicleJournal.open(
        new JournalConfig(
            directory,
            JournalConfig.SEGMENT_BYTES_MIN,
            JournalConfig.ALLOCATE_AHEAD_BYTES_MIN,
            0,
            Long.MAX_VALUE,
            files),
        new RecordedFrames(PAYLOAD_MAX));
  }

  private void append(final ChronicleJournal journal, final int count) {
    for (int i = 0; i < count; i++) {
      sequence++;
      locations[(int) sequence] = frames.append(journal, sequence, journal.report().epoch());
    }
    journal.sync();
  }

  private void appendUntilSegments(final ChronicleJournal journal, final int count) {
    while (journal.segments().length < count) {
      append(journal, 1);
    }
  }

  /** Answers how many messages were moved. */
  private int keep(final ChronicleJournal journal, final LongPredicate isLive) {
    final HeldMessages held = new HeldMessages("");
    for (long at = 1; at <= sequence; at++) {
      if (isLive.test(at)) {
        held.add(at * 2, locations[(int) at]);
      }
    }
    final Upkeep upkeep = journal.upkeep().orElseThrow();
    upkeep.checkpoint(
        new Checkpoint(
            sequence,
            locations[(int) sequence],
            journal.report().epoch(),
            TestFrames.timeNs(sequence),
            0),
        held);
    final Relocations moved = upkeep.free(held);
    for (int i = 0; i < moved.count(); i++) {
      locations[(int) (moved.streamSequence(i) / 2)] = moved.location(i);
    }
    upkeep.release();
    return moved.count();
  }
}
