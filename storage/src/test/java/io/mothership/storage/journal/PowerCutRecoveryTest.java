package io.mothership.storage.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.error.MothershipException;
import io.mothership.frame.FrameView;
import io.mothership.journal.JournalReader;
import io.mothership.journal.TestFrames;
import io.mothership.storage.power.PowerCutDisk;
import io.mothership.storage.power.PowerCutFiles;
import io.mothership.storage.recovery.FileFacade;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Cuts the power at a random moment of a random load, several times in a row: while appending,
 * syncing, rolling, and in the middle of the recovery from the cut before. {@code
 * -Dmothership.powercut.seeds=N} for more, {@code -Dmothership.seed=N} for another start.
 */
final class PowerCutRecoveryTest {
  private static final int SEEDS = Integer.getInteger("mothership.powercut.seeds", 200);
  private static final long FIRST_SEED = Long.getLong("mothership.seed", 1L);
  private static final int PAYLOAD_MAX = 2000;
  private static final int SEGMENT_BYTES = 64 * 1024;
  private static final int CUTS_MAX = 3;

  @TempDir private Path directory;

  @Test
  void shouldKeepSyncedRecordsAndServeNoWrongOne() throws Exception {
    for (long seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
      try {
        run(seed);
      } catch (final Exception | Error e) {
        throw new AssertionError("seed=" + seed, e);
      }
    }
  }

  private void run(final long seed) throws Exception {
    final Random random = new Random(seed);
    final Load load = new Load(random);
    Path data = directory.resolve(seed + "-0");
    final int cuts = 1 + random.nextInt(CUTS_MAX);
    for (int cut = 1; cut <= cuts; cut++) {
      final int callsUntilCut = random.nextInt(cut == 1 ? 250 : 90);
      final PowerCutDisk disk = new PowerCutDisk(data);
      disk.cutAfter(callsUntilCut);
      load.run(data, new PowerCutFiles(disk));
      final Path found = directory.resolve(seed + "-" + cut);
      disk.restore(found, random);
      data = found;
    }
    verify(data, load.acknowledged());
  }

  /** Appends and syncs until the power fails; knows what was acknowledged. */
  private static final class Load {
    private final Random random;
    private final TestFrames frames = new TestFrames(PAYLOAD_MAX);
    private long acknowledged;

    Load(final Random random) {
      this.random = random;
    }

    long acknowledged() {
      return acknowledged;
    }

    void run(final Path data, final PowerCutFiles files) {
      final RecordedFrames recorded = new RecordedFrames(PAYLOAD_MAX);
      ChronicleJournal journal = null;
      try {
        journal = open(data, files, recorded);
        check(recorded, journal, acknowledged);
        // What recovery hands over is committed: upper layers build on it.
        acknowledged = recorded.last();
        append(journal, recorded.last());
      } catch (final MothershipException e) {
        assertEquals(journal == null ? "JOURNAL_UNREADABLE" : "JOURNAL_FAILED", e.code());
        assertTrue(e.getCause() instanceof PowerCutDisk.PowerCut, () -> e.toString());
      } finally {
        if (journal != null) {
          journal.close();
        }
      }
    }

    private void append(final ChronicleJournal journal, final long last) {
      long sequence = last;
      while (true) {
        final int batch = 1 + random.nextInt(25);
        for (int i = 0; i < batch; i++) {
          frames.append(journal, ++sequence, journal.report().epoch());
        }
        if (random.nextInt(3) > 0) {
          journal.sync();
          acknowledged = sequence;
        }
      }
    }
  }

  private static void verify(final Path data, final long acknowledged) {
    final RecordedFrames recorded = new RecordedFrames(PAYLOAD_MAX);
    final TestFrames frames = new TestFrames(PAYLOAD_MAX);
    long next;
    try (ChronicleJournal journal = open(data, new UnsyncedFiles(), recorded)) {
      check(recorded, journal, acknowledged);
      recorded.assertReadable(journal);
      next = recorded.last() + 1;
      final long location = frames.append(journal, next, journal.report().epoch());
      journal.sync();
      final FrameView frame = new FrameView();
      try (JournalReader reader = journal.reader()) {
        assertTrue(reader.read(location, frame));
        assertEquals(next, frame.journalSequence());
        assertEquals(location, reader.seekSequence(next));
      }
    }
    final RecordedFrames again = new RecordedFrames(PAYLOAD_MAX);
    try (ChronicleJournal journal = open(data, new UnsyncedFiles(), again)) {
      again.assertUnbroken();
      assertEquals(next, again.last());
      assertTrue(journal.report().isClean());
      assertEquals(0, journal.report().discardedBytes());
      again.assertReadable(journal);
    }
  }

  private static void check(
      final RecordedFrames recorded, final ChronicleJournal journal, final long acknowledged) {
    recorded.assertUnbroken();
    assertTrue(
        recorded.last() >= acknowledged,
        () -> "acknowledged=" + acknowledged + ", found=" + recorded.last());
    assertTrue(journal.report().damage().isEmpty(), () -> journal.report().toString());
    assertEquals(recorded.last(), journal.report().lastSequence());
  }

  private static ChronicleJournal open(
      final Path data, final FileFacade files, final RecordedFrames recorded) {
    final JournalConfig config =
        new JournalConfig(
            data, SEGMENT_BYTES, JournalConfig.ALLOCATE_AHEAD_BYTES_MIN, 0, Long.MAX_VALUE, files);
    return ChronicleJournal.open(config, recorded);
  }
}
