package io.mothership.storage.journal;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Streams of every kind of retention for days: exactly what they should hold, in a journal that
 * stays short. {@code -Dmothership.sim.days=30} runs the whole month, {@code -Dmothership.sim.seed}
 * another one.
 */
final class RetentionSimTest {
  private static final int DAYS = Integer.getInteger("mothership.sim.days", 2);
  private static final long SEED = Long.getLong("mothership.sim.seed", 1);

  /** Every byte is written once; what lives long is written a few times more. */
  private static final double AMPLIFICATION_MAX = 2.5;

  @TempDir private Path folder;

  @Test
  void shouldHoldWhatItMustInAJournalWithinItsBudget() {
    final SimulatedMonth month = new SimulatedMonth(folder.resolve("data"), SEED);
    try (month) {
      for (int day = 0; day < DAYS; day++) {
        for (int minute = 0; minute < SimulatedMonth.MINUTES_OF_DAY; minute++) {
          month.minute(day * SimulatedMonth.MINUTES_OF_DAY + minute);
        }
        month.check(50);
        if (day == DAYS / 2) {
          month.checkCopy(folder.resolve("copy"));
          month.restart();
          month.check(1);
        }
      }
      month.check(1);
      month.restart();
      month.check(1);
    }
    System.out.println("seed " + SEED + ", days " + DAYS + ": " + month.figures());
    assertTrue(month.usedBytesMax() <= SimulatedMonth.BUDGET_BYTES, month::figures);
    assertTrue(month.writeAmplification() <= AMPLIFICATION_MAX, month::figures);
  }
}
