package io.mothership.storage.backup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.journal.TestFrames;
import io.mothership.storage.journal.ChronicleJournal;
import io.mothership.storage.journal.JournalConfig;
import io.mothership.storage.journal.RecordedFrames;
import java.nio.file.Path;
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
