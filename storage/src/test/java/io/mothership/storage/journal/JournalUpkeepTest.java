package io.mothership.storage.journal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.error.MothershipException;
import io.mothership.journal.Checkpoint;
import io.mothership.journal.FrameView;
import io.mothership.journal.Journal;
import io.mothership.journal.JournalReader;
import io.mothership.journal.Location;
import io.mothership.journal.RecoveryListener;
import io.mothership.journal.Relocations;
import io.mothership.journal.StateDecoder;
import io.mothership.journal.StateEncoder;
import io.mothership.journal.TestFrames;
import io.mothership.journal.Upkeep;
import io.mothership.storage.recovery.JournalRepair;
import io.mothership.storage.recovery.JournalState;
import io.mothership.storage.recovery.JournalVerification;
import io.mothership.storage.recovery.SegmentFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.LongPredicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checkpoints make segments superfluous; what lives in them stays readable, in order. */
final class JournalUpkeepTest {
  private static final int PAYLOAD_MAX = 300;
  private static final int COUNT = 4000;

  @TempDir private Path directory;
  private final FaultyFiles files = new FaultyFiles();
  private final TestFrames frames = new TestFrames(PAYLOAD_MAX);
  private final long[] locations = new long[3 * COUNT + 1];
  private JournalConfig config;
  private long sequence;

  @BeforeEach
  void configure() {
    config =
        new JournalConfig(
            directory,
            JournalConfig.SEGMENT_BYTES_MIN,
            JournalConfig.ALLOCATE_AHEAD_BYTES_MIN,
            0,
            Long.MAX_VALUE,
            files);
  }

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

  /** Oldest first. */
  private List<Path> checkpoints() throws IOException {
    try (var found = Files.list(directory.resolve("checkpoint"))) {
      return found.sorted().toList();
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

  private ChronicleJournal open(final RecoveryListener listener) {
    return ChronicleJournal.open(config, listener);
  }

  private void append(final ChronicleJournal journal, final int count) {
    for (int i = 0; i < count; i++) {
      sequence++;
      locations[(int) sequence] = frames.append(journal, sequence, journal.report().epoch());
    }
    journal.sync();
  }

  private HeldMessages held(final LongPredicate isLive) {
    final HeldMessages held = new HeldMessages("");
    for (long at = 1; at <= sequence; at++) {
      if (isLive.test(at)) {
        held.add(at * 2, locations[(int) at]);
      }
    }
    return held;
  }

  private void checkpoint(final ChronicleJournal journal, final LongPredicate isLive) {
    journal
        .upkeep()
        .orElseThrow()
        .checkpoint(
            new Checkpoint(
                sequence,
                locations[(int) sequence],
                journal.report().epoch(),
                TestFrames.timeNs(sequence),
                0),
            held(isLive));
  }

  private Relocations keep(final ChronicleJournal journal, final LongPredicate isLive) {
    checkpoint(journal, isLive);
    final Relocations moved = take(journal.upkeep().orElseThrow().free(held(isLive)));
    journal.upkeep().orElseThrow().release();
    return moved;
  }

  private Relocations take(final Relocations moved) {
    for (int i = 0; i < moved.count(); i++) {
      assertEquals(3, moved.streamId(i));
      locations[(int) (moved.streamSequence(i) / 2)] = moved.location(i);
    }
    return moved;
  }

  private boolean isKept(final ChronicleJournal journal, final LongPredicate isLive) {
    try {
      keep(journal, isLive);
      return true;
    } catch (final MothershipException e) {
      return false;
    }
  }

  private void assertLive(final ChronicleJournal journal, final LongPredicate isLive) {
    final FrameView frame = new FrameView();
    final Random random = new Random(7);
    try (JournalReader reader = journal.reader()) {
      for (int i = 0; i < 2000; i++) {
        final long at = 1 + random.nextInt((int) sequence);
        if (isLive.test(at)) {
          assertTrue(reader.read(locations[(int) at], frame), () -> "message=" + at);
          assertEquals(at, frame.journalSequence());
          assertTrue(frames.isGenuine(frame));
          assertEquals(locations[(int) at], reader.seekSequence(at));
        }
      }
    }
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

  private static void flip(final Path file, final int offset) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      final ByteBuffer one = ByteBuffer.allocate(1);
      channel.read(one, offset);
      one.put(0, (byte) (one.get(0) ^ 0x10)).flip();
      channel.write(one, offset);
    }
  }

  private static void deleteAll(final Path folder) {
    try (var found = Files.walk(folder)) {
      found
          .sorted(java.util.Comparator.reverseOrder())
          .filter(path -> !path.equals(folder))
          .forEach(path -> path.toFile().delete());
    } catch (final IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** Takes every checkpoint and remembers where the frames after it, and moved ones, lie. */
  private static final class Mirror implements RecoveryListener {
    private final Map<Long, Long> places = new HashMap<>();

    @Override
    public boolean onCheckpoint(final Checkpoint checkpoint, final StateDecoder state) {
      places.clear();
      return true;
    }

    @Override
    public void onFrame(final FrameView frame, final long location) {
      places.put(frame.journalSequence(), location);
    }
  }
}
