package io.mothership.storage.journal;

import io.mothership.journal.RecoveryListener;
import io.mothership.journal.TestFrames;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Random;

/**
 * Appends and syncs until it is killed, printing the last synced sequence after each sync: the
 * client's own log of what was acknowledged.
 */
public final class AppenderMain {
  static final int PAYLOAD_MAX = 700;

  private AppenderMain() {}

  public static void main(final String[] args) {
    final PrintStream out = System.out;
    final Random random = new Random(Long.parseLong(args[1]));
    final TestFrames frames = new TestFrames(PAYLOAD_MAX);
    final ChronicleJournal journal =
        ChronicleJournal.open(
            JournalConfig.of(Path.of(args[0])).withSegmentBytes(256 * 1024),
            RecoveryListener.ofFrames((frame, location) -> {}));
    long sequence = journal.report().lastSequence();
    out.println("pid " + ProcessHandle.current().pid());
    while (true) {
      final int batch = 1 + random.nextInt(100);
      for (int i = 0; i < batch; i++) {
        frames.append(journal, ++sequence, journal.report().epoch());
      }
      journal.sync();
      out.println("ack " + sequence);
      out.flush();
    }
  }
}
