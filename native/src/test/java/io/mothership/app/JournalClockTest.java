package io.mothership.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.clock.Clock;
import io.mothership.storage.recovery.AcceptedClock;
import io.mothership.storage.recovery.RecoveryReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class JournalClockTest {
  private static final long NOW_NS = 1_800_000_000_000_000_000L;
  private static final long DAY_NS = TimeUnit.DAYS.toNanos(1);

  private static final Clock CLOCK =
      new Clock() {
        @Override
        public long wallNs() {
          return NOW_NS;
        }

        @Override
        public long monotonicNs() {
          return 0;
        }
      };

  @TempDir private Path folder;

  @Test
  void shouldGoOnFromTheLastRecordUnlessTheClockWasDeclaredRight() throws IOException {
    assertEquals(NOW_NS - 1, startNs(7, NOW_NS - 1));
    assertEquals(NOW_NS + DAY_NS, startNs(7, NOW_NS + DAY_NS));
    AcceptedClock.declare(folder, 7);
    assertEquals(NOW_NS, startNs(7, NOW_NS + DAY_NS));
    // Until the first record shows the step, it may be needed again.
    assertEquals(NOW_NS, startNs(7, NOW_NS + DAY_NS));
  }

  @Test
  void shouldTakeAWordOnlyForTheEndItWasGivenFor() throws IOException {
    AcceptedClock.declare(folder, 7);
    assertEquals(NOW_NS + DAY_NS, startNs(8, NOW_NS + DAY_NS));
    assertFalse(AcceptedClock.isDeclared(folder, 7), "it was forgotten");
    AcceptedClock.declare(folder, 8);
    assertTrue(AcceptedClock.isDeclared(folder, 8));
  }

  private long startNs(final long lastSequence, final long lastTimeNs) {
    return JournalClock.startNs(
        new RecoveryReport(
            true, 1, lastSequence, 1, lastTimeNs, 0, -1, 0, Optional.empty(), true, 0, List.of()),
        folder,
        CLOCK);
  }
}
