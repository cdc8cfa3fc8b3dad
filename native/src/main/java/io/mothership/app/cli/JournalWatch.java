package io.mothership.app.cli;

import io.mothership.app.Wiring;
import io.mothership.bus.Tap;
import io.mothership.bus.TapStart;
import io.mothership.frame.FrameView;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** Counts what an organization's devices have in the journal: telemetry and events. */
final class JournalWatch implements AutoCloseable {
  private static final int BATCH = 256;
  private static final long STEP_MS = 100;

  private final Tap tap;
  private final String telemetryPrefix;
  private final String eventsPrefix;
  private final AtomicLong count = new AtomicLong();
  private final Thread thread;
  private volatile boolean isClosed;

  JournalWatch(final Wiring appliance, final String orgId) {
    tap = appliance.tap(new TapStart.Oldest());
    telemetryPrefix = "constellation.telemetry." + orgId + ".";
    eventsPrefix = "constellation.events." + orgId + ".";
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
        if (tap.poll(this::onRecord, BATCH) == 0) {
          tap.await(STEP_MS);
        }
      }
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void onRecord(final String stream, final FrameView frame) {
    final String subject =
        frame.buffer().getStringWithoutLengthAscii(frame.subjectOffset(), frame.subjectLength());
    if (subject.startsWith(telemetryPrefix) || subject.startsWith(eventsPrefix)) {
      count.incrementAndGet();
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
