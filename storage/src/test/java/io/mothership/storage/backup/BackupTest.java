package io.mothership.storage.backup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.error.MothershipException;
import io.mothership.journal.TestFrames;
import io.mothership.storage.journal.ChronicleJournal;
import io.mothership.storage.journal.FaultyFiles;
import io.mothership.storage.journal.JournalConfig;
import io.mothership.storage.journal.RecordedFrames;
import io.mothership.storage.recovery.SegmentFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the journal does while its files are being copied. */
final class BackupTest {
  private static final int PAYLOAD_MAX = 3_000;
  private static final int RECORDS_BEFORE = 20;

  @TempDir private Path folder;
  private final TestFrames frames = new TestFrames(PAYLOAD_MAX);
  private long last;

  @Test
  void shouldHoldWhatWasAppendedBeforeThoughTheSegmentIsSealedUnderTheCopy() {
    final Path data = folder.resolve("data");
    final Path backups = folder.resolve("backups");
    try (ChronicleJournal journal = open(data, new RecordedFrames(PAYLOAD_MAX))) {
      appendUntil(journal, RECORDS_BEFORE);
      Backup.run(
          data, folder.resolve("none.db"), backups, 1, (done, total) -> sealTheFirst(journal));
      assertTrue(journal.segments().length > 1);
    }
    final Path restored = folder.resolve("restored");
    Restore.run(backups, restored, Optional.empty(), (done, total) -> {});
    final RecordedFrames recorded = new RecordedFrames(PAYLOAD_MAX);
    try (ChronicleJournal journal = open(restored, recorded)) {
      recorded.assertUnbroken();
      assertTrue(recorded.last() >= RECORDS_BEFORE, () -> "last: " + recorded.last());
      recorded.assertReadable(journal);
      assertEquals(0, journal.report().damage().size());
    }
  }

  /** Where a folder changes while it is listed, a file that is renamed may not be among them. */
  @Test
  void shouldHoldASegmentThatTheListingPassedOver() throws IOException {
    final Path data = folder.resolve("data");
    final Path journalFolder = data.resolve("journal");
    try (ChronicleJournal journal = open(data, new RecordedFrames(PAYLOAD_MAX))) {
      while (journal.segments().length < 3) {
        appendUntil(journal, last + 1);
      }
      final Path passedOver = SegmentFiles.sealed(journalFolder, journal.segments()[1]);
      final Path aside = Files.move(passedOver, folder.resolve("aside"));
      final FaultyFiles files = new FaultyFiles();
      files.beforeLink(file -> moveBack(aside, passedOver));
      try (JournalCut cut = JournalCut.take(files, data)) {
        assertEquals(3, cut.held().size(), () -> cut.held().toString());
      }
    }
  }

  @Test
  void shouldHoldWhatWasSealedUnderAnotherNameThanListed() throws IOException {
    final Path data = folder.resolve("data");
    try (ChronicleJournal journal = open(data, new RecordedFrames(PAYLOAD_MAX))) {
      appendUntil(journal, RECORDS_BEFORE);
      final FaultyFiles files = new FaultyFiles();
      files.beforeLink(file -> sealTheFirst(journal));
      try (JournalCut cut = JournalCut.take(files, data)) {
        assertEquals(2, cut.held().size(), () -> cut.held().toString());
      }
    }
  }

  @Test
  void shouldMakeAndRestoreBackupsBesideADamagedOne() throws IOException {
    final Path data = folder.resolve("data");
    final Path backups = folder.resolve("backups");
    try (ChronicleJournal journal = open(data, new RecordedFrames(PAYLOAD_MAX))) {
      appendUntil(journal, 1);
      final String damaged = backup(data, backups, 5);
      final Path manifest = backups.resolve("backups").resolve(damaged);
      Files.writeString(manifest, Files.readString(manifest).replace(" 0 ", " 1 "));
      for (int i = 2; i < 5; i++) {
        appendUntil(journal, i);
        final String made = backup(data, backups, 5);
        assertEquals(made, restore(backups, "newest" + i, Optional.empty()));
        assertEquals(made, restore(backups, "named" + i, Optional.of(made)));
      }
      assertEquals(
          "BACKUP_DAMAGED",
          assertThrows(
                  MothershipException.class,
                  () -> restore(backups, "damaged", Optional.of(damaged)))
              .code());
    }
  }

  @Test
  void shouldKeepThisBackupAlsoWhereTheClockWasSetBack() throws IOException {
    final Path data = folder.resolve("data");
    final Path backups = folder.resolve("backups");
    try (ChronicleJournal journal = open(data, new RecordedFrames(PAYLOAD_MAX))) {
      appendUntil(journal, 1);
      final Path first = backups.resolve("backups").resolve(backup(data, backups, 1));
      Files.move(first, first.resolveSibling("29990101T000000.000Z"));
      appendUntil(journal, 2);
      final String made = backup(data, backups, 1);
      assertEquals("29990101T000000.001Z", made);
      assertEquals(List.of(made), Restore.names(backups));
      assertEquals(made, restore(backups, "restored", Optional.empty()));
    }
  }

  /** It would delete what the other has put there and not listed yet. */
  @Test
  void shouldRefuseASecondBackupIntoTheSameFolderAtATime() {
    final Path data = folder.resolve("data");
    final Path backups = folder.resolve("backups");
    try (ChronicleJournal journal = open(data, new RecordedFrames(PAYLOAD_MAX))) {
      appendUntil(journal, 1);
      final List<String> refusals = new ArrayList<>();
      Backup.run(
          data,
          folder.resolve("none.db"),
          backups,
          1,
          (done, total) ->
              refusals.add(
                  assertThrows(MothershipException.class, () -> backup(data, backups, 1)).code()));
      assertTrue(refusals.contains("BACKUP_RUNNING"), refusals::toString);
      restore(backups, "restored", Optional.empty());
    }
  }

  private String backup(final Path data, final Path backups, final int kept) {
    return Backup.run(data, folder.resolve("none.db"), backups, kept, (done, total) -> {}).name();
  }

  private String restore(final Path backups, final String to, final Optional<String> name) {
    return Restore.run(backups, folder.resolve(to), name, (done, total) -> {}).name();
  }

  private static void moveBack(final Path aside, final Path to) {
    if (Files.exists(aside)) {
      try {
        Files.move(aside, to);
      } catch (final IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private void sealTheFirst(final ChronicleJournal journal) {
    while (journal.segments().length == 1) {
      appendUntil(journal, last + 1);
    }
  }

  private void appendUntil(final ChronicleJournal journal, final long sequence) {
    while (last < sequence) {
      last++;
      frames.append(journal, last, journal.report().epoch());
      journal.sync();
    }
  }

  private static ChronicleJournal open(final Path directory, final RecordedFrames recorded) {
    return ChronicleJournal.open(
        JournalConfig.of(directory).withSegmentBytes(1024 * 1024), recorded);
  }
}
