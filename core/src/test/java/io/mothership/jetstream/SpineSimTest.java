package io.mothership.jetstream;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.journal.Journal;
import io.mothership.journal.JournalReader;
import io.mothership.journal.SimulatedJournal;
import java.util.function.UnaryOperator;
import org.agrona.DirectBuffer;
import org.junit.jupiter.api.Test;

/**
 * Dispatcher, journal and clock as a whole, life by life. {@code -Dmothership.spine.seeds=N} for
 * more, {@code -Dmothership.seed=N} for another first one.
 */
final class SpineSimTest {
  private static final int SEEDS = Integer.getInteger("mothership.spine.seeds", 200);
  private static final long FIRST_SEED = Long.getLong("mothership.seed", 1L);
  private static final int SEEDS_TO_CATCH = 20;

  @Test
  void shouldKeepItsPromisesWhateverHappens() {
    for (long seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
      run(seed, UnaryOperator.identity());
    }
  }

  @Test
  void shouldCatchAJournalThatReportsSyncedTooEarly() {
    int caught = 0;
    for (long seed = 1; seed <= SEEDS_TO_CATCH; seed++) {
      try {
        run(seed, Hasty::new);
      } catch (final AssertionError e) {
        caught++;
      }
    }
    assertTrue(caught > SEEDS_TO_CATCH / 2, "caught: " + caught);
  }

  private static void run(final long seed, final UnaryOperator<Journal> wrapper) {
    final SpineSim sim =
        new SpineSim(seed, new SimulatedJournal.Disk(), SimulatedService.NONE, wrapper);
    try {
      sim.run();
    } catch (final RuntimeException | Error e) {
      throw new AssertionError("seed=" + seed + ", " + sim.what() + ": " + e.getMessage(), e);
    }
  }

  /** The mistake: every second sync is left for the next one. */
  private static final class Hasty implements Journal {
    private final Journal journal;
    private int syncs;

    Hasty(final Journal journal) {
      this.journal = journal;
    }

    @Override
    public long append(final DirectBuffer buffer, final int offset, final int length) {
      return journal.append(buffer, offset, length);
    }

    @Override
    public void sync() {
      if (++syncs % 2 == 0) {
        journal.sync();
      }
    }

    @Override
    public JournalReader reader() {
      return journal.reader();
    }

    @Override
    public void close() {
      journal.close();
    }
  }
}
