package io.mothership.storage.journal;

import io.mothership.journal.Journal;
import io.mothership.journal.JournalContractTest;
import io.mothership.journal.RecoveryListener;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

final class ChronicleJournalContractTest extends JournalContractTest {
  @TempDir private Path directory;

  @Override
  protected Journal newJournal() {
    return ChronicleJournal.open(
        JournalConfig.of(directory).withSegmentBytes(64 * 1024),
        RecoveryListener.ofFrames((frame, location) -> {}));
  }
}
