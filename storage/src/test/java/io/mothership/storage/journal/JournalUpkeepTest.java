package io.mothership.storage.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.error.MothershipException;
import io.mothership.frame.FrameView;
import io.mothership.journal.Journal;
import io.mothership.journal.JournalReader;
import io.mothership.journal.Location;
import io.mothership.journal.Relocations;
import io.mothership.storage.recovery.JournalRepair;
import io.mothership.storage.recovery.JournalVerification;
import io.mothership.storage.recovery.SegmentFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.util.function.LongPredicate;
import org.junit.jupiter.api.Test;

/** Checkpoints make segments superfluous; what lives in them stays readable, in order. */
final class JournalUpkeepTest extends UpkeepFixture {
  @Test
  void shouldDeleteDeadSegmentsOnlyBelowTheOlderCheckpoint() {
    try (ChronicleJournal journal = open(new Mirror())) {
      append(journal, COUNT);
      final int[] before = journal.segments();
      assertTrue(before.length > 8);
      keep(journal, at -> false);
      assertEquals(before.length, journal.segments().length, "no older checkpoint yet");
      final int olderFrom = Location.segment(locations[(int) sequence]);
      append(journal, COUNT);
      keep(journal, at -> false);
      final int[] after = journal.segments();
      assertEquals(olderFrom, after[0]);
      try (JournalReader reader = journal.reader()) {
        assertFalse(reader.read(locations[1], new FrameView()));
        assertEquals(olderFrom, Location.segment(reader.first()));
        assertEquals(reader.first(), reader.next(locations[1]));
        assertEquals(reader.first(), reader.seekSequence(1));
        assertEquals(0, journal.damagedReads());
      }
    }
    try (ChronicleJournal journal = open(new Mirror())) {
      assertTrue(journal.report().damage().isEmpty());
      assertEquals(sequence, journal.report().lastSequence());
      assertFalse(journal.report().isSelfContained());
      assertTrue(journal.report().checkpoint().isPresent());
    }
    assertTrue(JournalVerification.of(directory).isGood());
  }

  @Test
  void shouldKeepWhatLivesInSparseSegmentsReadableAndInOrder() {
    final LongPredicate isLive = at -> at % 20 == 0;
    final Mirror mirror = new Mirror();
    try (ChronicleJournal journal = open(mirror)) {
      append(journal, COUNT);
      keep(journal, isLive);
      append(journal, COUNT);
      final int before = journal.segments().length;
      final Relocations moved = keep(journal, isLive);
      assertTrue(moved.count() > COUNT / 25, () -> "moved=" + moved.count());
      assertTrue(journal.segments().length < before - 8);
      assertLive(journal, isLive);
      assertInOrder(journal);
      // Again and again: what is left is not rewritten for nothing.
      append(journal, COUNT);
      keep(journal, isLive);
      assertLive(journal, isLive);
      assertInOrder(journal);
    }
    try (ChronicleJournal journal = open(mirror)) {
      assertTrue(journal.report().damage().isEmpty(), () -> journal.report().toString());
      for (int at = 20; at <= sequence; at += 20) {
        locations[at] = mirror.places.getOrDefault((long) at, locations[at]);
      }
      assertLive(journal, isLive);
      assertInOrder(journal);
    }
    assertTrue(JournalVerification.of(directory).isGood());
  }

  @Test
  void shouldFindMovedMessagesAtBothPlacesUntilReleased() {
    final LongPredicate isLive = at -> at % 20 == 0;
    try (ChronicleJournal journal = open(new Mirror())) {
      append(journal, COUNT);
      keep(journal, isLive);
      append(journal, COUNT);
      final long old = locations[20];
      checkpoint(journal, isLive);
      final Relocations moved = journal.upkeep().orElseThrow().free(held(isLive));
      final FrameView frame = new FrameView();
      try (JournalReader reader = journal.reader()) {
        assertTrue(reader.read(old, frame));
        assertTrue(reader.read(moved.location(0), frame));
        assertEquals(20, frame.journalSequence());
        journal.upkeep().orElseThrow().release();
        assertFalse(reader.read(old, frame));
        assertTrue(reader.read(moved.location(0), frame));
        assertTrue(frames.isGenuine(frame));
      }
    }
  }

  /** Whoever walks the journal while segments are replaced sees every living message once. */
  @Test
  void shouldLetAReaderWalkOnAcrossAReplacedGroup() {
    final LongPredicate isLive = at -> at % 20 == 0;
    for (final int stopAt : new int[] {1, 300, 777, 1500, 2500}) {
      try (ChronicleJournal journal = open(new Mirror())) {
        final long start = sequence;
        append(journal, COUNT / 2);
        keep(journal, isLive);
        append(journal, COUNT / 2);
        try (JournalReader reader = journal.reader()) {
          final FrameView frame = new FrameView();
          long at = reader.seekSequence(start + Math.min(stopAt, COUNT / 2 - 1));
          assertTrue(reader.read(at, frame));
          long seen = frame.journalSequence();
          keep(journal, isLive);
          long expected = (seen / 20 + 1) * 20;
          while ((at = reader.next(at)) != Journal.NOWHERE) {
            if (reader.read(at, frame) && frame.journalSequence() > seen) {
              seen = frame.journalSequence();
              if (seen % 20 == 0) {
                assertEquals(expected, seen);
                expected += 20;
              }
            }
          }
          assertEquals(sequence, seen);
        }
      }
      sequence = 0;
      deleteAll(directory);
    }
  }

  /** On a full disk: what frees space must not need any. */
  @Test
  void shouldDeleteDeadSegmentsWithoutANewCheckpoint() throws IOException {
    try (ChronicleJournal journal = open(new Mirror())) {
      append(journal, COUNT);
      checkpoint(journal, at -> true);
      append(journal, COUNT / 4);
      checkpoint(journal, at -> true);
      final int before = journal.segments().length;
      files.failWrites("No space left on device");
      assertThrows(MothershipException.class, () -> checkpoint(journal, at -> false));
      journal.upkeep().orElseThrow().freeDead(held(at -> at > COUNT / 2));
      assertTrue(journal.segments().length < before - 4);
      try (var found = Files.list(directory.resolve("checkpoint"))) {
        assertEquals(2, found.count(), "nothing half written takes space");
      }
      files.repair();
      assertLive(journal, at -> at > COUNT / 2);
    }
    try (ChronicleJournal journal = open(new Mirror())) {
      assertTrue(journal.report().damage().isEmpty());
      assertTrue(journal.report().checkpoint().isPresent());
    }
  }

  /** Everything but the damaged record is where it was, and nothing is reported any more. */
  @Test
  void shouldRepairDamagedSegmentsAndKeepThemAside() throws IOException {
    try (ChronicleJournal journal = open(new Mirror())) {
      append(journal, COUNT);
      checkpoint(journal, at -> true);
      append(journal, COUNT / 2);
    }
    final long covered = COUNT / 4;
    final long behind = COUNT + COUNT / 4;
    for (final long message : new long[] {covered, behind}) {
      final long location = locations[(int) message];
      flip(
          SegmentFiles.sealed(SegmentFiles.journalDirectory(directory), Location.segment(location)),
          Location.offset(location) + 90);
    }
    assertEquals(2, JournalVerification.of(directory).damage().size());
    final JournalRepair.Outcome repaired = JournalRepair.run(directory, bytes -> {});
    assertEquals(2, repaired.repaired().size());
    assertEquals(2, repaired.quarantined().size());
    assertTrue(repaired.left().isEmpty());
    final JournalVerification verified = JournalVerification.of(directory);
    assertTrue(verified.isGood(), verified::toString);
    assertEquals(sequence - 2, verified.frames());
    final Mirror mirror = new Mirror();
    try (ChronicleJournal journal = open(mirror)) {
      assertTrue(journal.report().damage().isEmpty());
      assertTrue(journal.report().checkpoint().isPresent());
      final FrameView frame = new FrameView();
      try (JournalReader reader = journal.reader()) {
        for (long at = 1; at <= sequence; at++) {
          final long place = mirror.places.getOrDefault(at, locations[(int) at]);
          final long message = at;
          assertEquals(
              at != covered && at != behind,
              reader.read(place, frame) && frame.journalSequence() == at,
              () -> "message=" + message);
        }
      }
      append(journal, 10);
    }
    assertTrue(JournalVerification.of(directory).isGood());
  }

  private void assertInOrder(final ChronicleJournal journal) {
    final FrameView frame = new FrameView();
    try (JournalReader reader = journal.reader()) {
      long last = 0;
      long expected = 20;
      for (long at = reader.first(); at != Journal.NOWHERE; at = reader.next(at)) {
        assertTrue(reader.read(at, frame));
        assertTrue(frame.journalSequence() > last);
        last = frame.journalSequence();
        if (last % 20 == 0) {
          assertEquals(expected, last);
          expected += 20;
        }
      }
      assertEquals(sequence, last);
    }
  }
}
