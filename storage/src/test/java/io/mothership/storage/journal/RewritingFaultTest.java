package io.mothership.storage.journal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.error.MothershipException;
import io.mothership.frame.FrameView;
import io.mothership.journal.JournalReader;
import io.mothership.journal.Location;
import io.mothership.journal.Relocations;
import io.mothership.journal.Upkeep;
import io.mothership.storage.recovery.SegmentFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.LongPredicate;
import org.junit.jupiter.api.Test;

/** What fails or stops while segments are written anew costs nobody a message. */
final class RewritingFaultTest extends UpkeepFixture {
  /** Groups that were moved before something unforeseen must be told; the next try counts on it. */
  @Test
  void shouldTellWhatWasMovedBeforeARewritingFailed() {
    final LongPredicate isLive = at -> at % 6 == 0;
    try (ChronicleJournal journal = open(new Mirror())) {
      append(journal, COUNT);
      keep(journal, isLive);
      append(journal, COUNT);
      checkpoint(journal, isLive);
      files.afterRename(files::exhaustMemory);
      final Relocations moved = take(journal.upkeep().orElseThrow().free(held(isLive)));
      assertTrue(moved.count() > 0, "the first group was moved");
      files.afterRename(() -> {});
      files.repair();
      journal.upkeep().orElseThrow().release();
      assertLive(journal, isLive);
      assertEquals(0, keep(journal, isLive).lost().size());
      assertLive(journal, isLive);
    }
  }

  /** Until they are released, segments whose places others took are there. */
  @Test
  void shouldNotTakeForLostWhatLiesAtItsOldPlace() {
    final LongPredicate isLive = at -> at % 20 == 0;
    try (ChronicleJournal journal = open(new Mirror())) {
      append(journal, COUNT);
      keep(journal, isLive);
      append(journal, COUNT);
      checkpoint(journal, isLive);
      final Upkeep upkeep = journal.upkeep().orElseThrow();
      assertTrue(upkeep.free(held(isLive)).count() > 0);
      assertEquals(0, upkeep.free(held(isLive)).lost().size());
    }
  }

  /** A segment that nobody knows of would take the places of others at the next start. */
  @Test
  void shouldLeaveNoSegmentBehindWhoseNameMayNotStay() throws IOException {
    final LongPredicate isLive = at -> at % 20 == 0;
    try (ChronicleJournal journal = open(new Mirror())) {
      append(journal, COUNT);
      keep(journal, isLive);
      append(journal, COUNT);
      checkpoint(journal, isLive);
      final boolean[] hasFailed = {false};
      files.failSyncDirectory(
          folder -> {
            final boolean isFailing = !hasFailed[0];
            hasFailed[0] = true;
            return isFailing;
          });
      assertEquals(0, journal.upkeep().orElseThrow().free(held(isLive)).count());
      assertTrue(hasFailed[0]);
      assertArrayEquals(journal.segments(), numbersOnDisk());
      assertTrue(keep(journal, isLive).count() > 0, "tried again");
      assertLive(journal, isLive);
    }
  }

  @Test
  void shouldRewriteNothingMoreBesideASegmentThatCouldNotBeTakenBack() throws IOException {
    final LongPredicate isFirst = at -> at % 20 == 0;
    final LongPredicate isLive = at -> at % 40 == 0 && at > COUNT / 4;
    final Mirror mirror = new Mirror();
    try (ChronicleJournal journal = open(mirror)) {
      append(journal, COUNT);
      keep(journal, isFirst);
      append(journal, COUNT);
      checkpoint(journal, isFirst);
      files.failSyncDirectory(folder -> folder.endsWith("journal"));
      assertEquals(0, journal.upkeep().orElseThrow().free(held(isFirst)).count());
      files.repair();
      // Other segments are sparse now than before: another group would overlap the first.
      append(journal, COUNT);
      keep(journal, isLive);
      keep(journal, isLive);
    }
    try (ChronicleJournal journal = open(mirror)) {
      assertTrue(journal.report().damage().isEmpty(), () -> journal.report().toString());
      for (int at = 40; at <= sequence; at += 40) {
        locations[at] = mirror.places.getOrDefault((long) at, locations[at]);
      }
      assertLive(journal, isLive);
    }
  }

  private int[] numbersOnDisk() throws IOException {
    return SegmentFiles.list(SegmentFiles.journalDirectory(directory)).keySet().stream()
        .mapToInt(Integer::intValue)
        .toArray();
  }

  @Test
  void shouldKeepASegmentWhoseLivingMessagesCannotAllBeRead() throws IOException {
    final LongPredicate isLive = at -> at % 20 == 0;
    try (ChronicleJournal journal = open(new Mirror())) {
      append(journal, COUNT);
      keep(journal, isLive);
      append(journal, COUNT);
      final Path first =
          SegmentFiles.sealed(
              SegmentFiles.journalDirectory(directory), Location.segment(locations[20]));
      flip(first, Location.offset(locations[20]) + 90);
      keep(journal, isLive);
      assertEquals(Location.segment(locations[20]), journal.segments()[0]);
      final FrameView frame = new FrameView();
      try (JournalReader reader = journal.reader()) {
        assertFalse(reader.read(locations[20], frame));
        assertTrue(reader.read(locations[40], frame));
      }
    }
  }

  /** At whatever file operation it is stopped, an open finds every living message. */
  @Test
  void shouldSurviveAStopAtEveryStepOfTheUpkeep() throws IOException {
    final LongPredicate isLive = at -> at % 20 == 0;
    for (int failAt = 0; failAt < 60; failAt++) {
      final Mirror mirror = new Mirror();
      final boolean hasFailed;
      try (ChronicleJournal journal = open(mirror)) {
        append(journal, COUNT / 4);
        keep(journal, isLive);
        append(journal, COUNT / 4);
        files.failFrom(failAt);
        files.countFailures();
        isKept(journal, isLive);
        hasFailed = files.failures() > 0;
        files.repair();
        // The next checkpoint tells of places that are good, whatever became of this one.
        append(journal, COUNT / 4);
        keep(journal, isLive);
      }
      final Mirror found = new Mirror();
      try (ChronicleJournal journal = open(found)) {
        final int step = failAt;
        assertTrue(journal.report().damage().isEmpty(), () -> step + " " + journal.report());
        try (JournalReader reader = journal.reader()) {
          final FrameView frame = new FrameView();
          for (long at = 20; at <= sequence; at += 20) {
            final long place = found.places.getOrDefault(at, locations[(int) at]);
            final long message = at;
            assertTrue(reader.read(place, frame), () -> "step=" + step + ", message=" + message);
            assertEquals(at, frame.journalSequence());
          }
        }
      }
      sequence = 0;
      deleteAll(directory);
      if (!hasFailed) {
        return;
      }
    }
    throw new AssertionError("more steps than expected");
  }

  private boolean isKept(final ChronicleJournal journal, final LongPredicate isLive) {
    try {
      keep(journal, isLive);
      return true;
    } catch (final MothershipException e) {
      return false;
    }
  }
}
