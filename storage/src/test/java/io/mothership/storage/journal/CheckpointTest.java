package io.mothership.storage.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.error.MothershipException;
import io.mothership.journal.Checkpoint;
import io.mothership.journal.Location;
import io.mothership.journal.StateEncoder;
import io.mothership.journal.TestFrames;
import io.mothership.journal.Upkeep;
import io.mothership.storage.recovery.JournalRepair;
import io.mothership.storage.recovery.JournalState;
import io.mothership.storage.recovery.SegmentFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.LongPredicate;
import org.junit.jupiter.api.Test;

/** Which checkpoints are kept, brought back and taken, and what a start knows without one. */
final class CheckpointTest extends UpkeepFixture {
  @Test
  void shouldBringACheckpointBackAsItWasEncoded() {
    try (ChronicleJournal journal = open(new Mirror())) {
      append(journal, 10);
      final Upkeep upkeep = journal.upkeep().orElseThrow();
      for (final String text : List.of("first", "second")) {
        final StateEncoder reference = new StateEncoder(8, part -> {});
        reference.i32(0).bytes(text.getBytes(StandardCharsets.US_ASCII));
        upkeep.checkpoint(
            new Checkpoint(sequence, locations[(int) sequence], 1, TestFrames.timeNs(sequence), 0),
            new HeldMessages(text));
        final ByteBuffer loaded = upkeep.load().orElseThrow();
        assertEquals(ByteOrder.LITTLE_ENDIAN, loaded.order());
        assertEquals(reference.position(), loaded.capacity());
        assertEquals(text, StandardCharsets.US_ASCII.decode(loaded.position(8)).toString());
        upkeep.release();
        append(journal, 1);
      }
    }
  }

  @Test
  void shouldNotBringBackMoreThanThereIsRoomFor() {
    config = config.withLoadedBytesMax(100);
    try (ChronicleJournal journal = open(new Mirror())) {
      append(journal, 10);
      final Upkeep upkeep = journal.upkeep().orElseThrow();
      final Checkpoint checkpoint =
          new Checkpoint(sequence, locations[(int) sequence], 1, TestFrames.timeNs(sequence), 0);
      upkeep.checkpoint(checkpoint, new HeldMessages("x".repeat(200)));
      assertTrue(upkeep.load().isEmpty());
      upkeep.checkpoint(checkpoint, new HeldMessages("x"));
      assertTrue(upkeep.load().isPresent());
    }
  }

  @Test
  void shouldNotTakeACheckpointThatIsNotWhatWasWritten() throws IOException {
    try (ChronicleJournal journal = open(new Mirror())) {
      append(journal, 10);
      checkpoint(journal, at -> true);
      final Path written;
      try (var found = Files.newDirectoryStream(directory.resolve("checkpoint"))) {
        written = found.iterator().next();
      }
      final byte[] bytes = Files.readAllBytes(written);
      bytes[bytes.length - 1] ^= 1;
      Files.write(written, bytes);
      final Upkeep upkeep = journal.upkeep().orElseThrow();
      assertEquals(
          "CHECKPOINT_FAILED", assertThrows(MothershipException.class, upkeep::load).code());
    }
  }

  @Test
  void shouldLeaveOlderCheckpointsIntactIfOneCannotBeWritten() throws IOException {
    try (ChronicleJournal journal = open(new Mirror())) {
      append(journal, 100);
      checkpoint(journal, at -> true);
      append(journal, 100);
      files.failWrites("No space left on device");
      assertThrows(MothershipException.class, () -> checkpoint(journal, at -> true));
      files.repair();
    }
    final Mirror mirror = new Mirror();
    try (ChronicleJournal journal = open(mirror)) {
      assertEquals(100, journal.report().checkpoint().orElseThrow().journalSequence());
    }
  }

  /** Written again, because something after it failed, it has the same name: there is one older. */
  @Test
  void shouldNotCountACheckpointThatIsWrittenAgainAsTwo() {
    try (ChronicleJournal journal = open(new Mirror())) {
      append(journal, COUNT);
      keep(journal, at -> false);
      final int olderFrom = Location.segment(locations[(int) sequence]);
      append(journal, COUNT);
      checkpoint(journal, at -> false);
      keep(journal, at -> false);
      assertEquals(olderFrom, journal.segments()[0]);
    }
  }

  /** One that cannot be used must not be one of the two that are kept. */
  @Test
  void shouldKeepTwoCheckpointsThatCanBeUsed() throws IOException {
    try (ChronicleJournal journal = open(new Mirror())) {
      append(journal, 100);
      checkpoint(journal, at -> true);
      append(journal, 100);
      checkpoint(journal, at -> true);
    }
    flip(checkpoints().getLast(), 40);
    try (ChronicleJournal journal = open(new Mirror())) {
      assertEquals(100, journal.report().checkpoint().orElseThrow().journalSequence());
      append(journal, 100);
      checkpoint(journal, at -> true);
    }
    flip(checkpoints().getLast(), 40);
    try (ChronicleJournal journal = open(new Mirror())) {
      assertEquals(100, journal.report().checkpoint().orElseThrow().journalSequence());
    }
  }

  /** Records of the same lengths come to lie where those were that a disk forgot. */
  @Test
  void shouldNotTakeACheckpointForAnotherLifesRecord() throws IOException {
    final Path journalFolder = SegmentFiles.journalDirectory(directory);
    try (ChronicleJournal journal = open(new Mirror())) {
      append(journal, 10);
      checkpoint(journal, at -> true);
    }
    final Path segment = SegmentFiles.list(journalFolder).lastEntry().getValue();
    final byte[] before = Files.readAllBytes(segment);
    try (ChronicleJournal journal = open(new Mirror())) {
      append(journal, 10);
      checkpoint(journal, at -> true);
    }
    final long forgotten = locations[20];
    final Path newest = checkpoints().getLast();
    final Path aside = Files.move(newest, directory.resolve("aside"));
    Files.write(segment, before);
    JournalState.open(2, SegmentFiles.next(0)).write(files, journalFolder);
    sequence = 10;
    try (ChronicleJournal journal = open(new Mirror())) {
      assertEquals(10, journal.report().lastSequence());
      append(journal, 10);
      assertEquals(forgotten, locations[20]);
    }
    Files.move(aside, newest);
    try (ChronicleJournal journal = open(new Mirror())) {
      assertEquals(10, journal.report().checkpoint().orElseThrow().journalSequence());
    }
  }

  /** A file in a directory whose own name does not survive a power cut does not either. */
  @Test
  void shouldSyncTheNameOfTheFolderOfCheckpoints() {
    final boolean[] isSynced = {false};
    files.failSyncDirectory(
        folder -> {
          isSynced[0] |=
              folder.equals(directory) && Files.isDirectory(directory.resolve("checkpoint"));
          return false;
        });
    try (ChronicleJournal journal = open(new Mirror())) {
      append(journal, 10);
      checkpoint(journal, at -> true);
      assertTrue(isSynced[0]);
    }
  }

  @Test
  void shouldSayThatTheBeginningIsGoneIfNoCheckpointIsLeft() throws IOException {
    assertNotSelfContained(at -> false);
  }

  /** It holds messages of the first ones, and nothing that says what they mean. */
  @Test
  void shouldSayThatTheBeginningWasWrittenAnewIfNoCheckpointIsLeft() throws IOException {
    assertNotSelfContained(at -> at % 20 == 0);
  }

  @Test
  void shouldSayThatSomethingWasFreedBehindTheBeginning() throws IOException {
    assertNotSelfContained(at -> at < 1000);
  }

  private void assertNotSelfContained(final LongPredicate isLive) throws IOException {
    try (ChronicleJournal journal = open(new Mirror())) {
      append(journal, COUNT);
      keep(journal, isLive);
      append(journal, COUNT);
      final int[] before = journal.segments();
      keep(journal, isLive);
      assertTrue(journal.segments().length < before.length - 4);
    }
    for (final Path file : checkpoints()) {
      flip(file, 40);
    }
    try (ChronicleJournal journal = open(new Mirror())) {
      assertTrue(journal.report().checkpoint().isEmpty());
      assertFalse(journal.report().isSelfContained());
    }
  }

  @Test
  void shouldBeSelfContainedAfterARepair() throws IOException {
    try (ChronicleJournal journal = open(new Mirror())) {
      append(journal, COUNT);
    }
    for (final int message : new int[] {10, COUNT / 2}) {
      flip(
          SegmentFiles.sealed(
              SegmentFiles.journalDirectory(directory), Location.segment(locations[message])),
          Location.offset(locations[message]) + 90);
    }
    assertEquals(2, JournalRepair.run(directory, bytes -> {}).repaired().size());
    try (ChronicleJournal journal = open(new Mirror())) {
      assertTrue(journal.report().isSelfContained());
    }
  }
}
