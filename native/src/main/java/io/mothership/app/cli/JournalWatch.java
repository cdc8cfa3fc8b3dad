package io.mothership.app.cli;

import io.mothership.app.Wiring;
import io.mothership.fabric.Tap;
import io.mothership.fabric.TapFilter;
import io.mothership.fabric.TapStart;
import io.mothership.fleet.FleetSubjects.Family;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** Counts what an organization's devices have in the journal: telemetry and events. */
final class JournalWatch implements AutoCloseable {
  private static final int BATCH = 256;
  private static final long STEP_MS = 100;

  private final Tap tap;
  private final AtomicLong count = new AtomicLong();
  private final Thread thread;
  private volatile boolean isClosed;

  JournalWatch(final Wiring appliance, final String orgId) {
    tap =
        appliance.tap(
            TapFilter.ofSubjects(Family.TELEMETRY.of(orgId), Family.EVENTS.of(orgId))
                .withAcknowledged(),
            new TapStart.Oldest());
    thread = Thread.ofPlatform().daemon().name("ms-demo-journal").start(this::run);
  }

  long count() {
    return count.get();
  }

  /** Waits until so many were counted or the patience is over. */
  void awaitCount(final long wanted, final Duration patience) throws InterruptedException {
    final long deadline = System.nanoTime() + patience.toNanos();
    while (count.get() < wanted && System.nanoTime() < deadline) {
      Thread.sleep(STEP_MS);
    }
  }

  private void run() {
    try (tap) {
      while (!isClosed) {
        if (tap.poll(record -> count.incrementAndGet(), BATCH) == 0) {
          tap.await(STEP_MS);
        }
      }
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    isClosed = true;
    try {
      thread.join(Duration.ofSeconds(5));
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
