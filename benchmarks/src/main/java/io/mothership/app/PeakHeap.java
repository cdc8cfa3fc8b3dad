package io.mothership.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The most that an appliance had in its heap while it was looked at, ten times a second, and what
 * its collector says that lived, if it was told to ({@code -Xlog:gc}, for an image {@code
 * -XX:+PrintGC}).
 *
 * <p><i>Thread:</i> one; a virtual thread of its own looks.
 */
final class PeakHeap implements AutoCloseable {
  private static final long PERIOD_MS = 100;
  private static final double MIB = 1024 * 1024;
  private static final Pattern FULL =
      Pattern.compile("Pause Full.*?([0-9.]+)([KM])->([0-9.]+)([KM])");

  private final MeasuredProcess process;
  private final Path log;
  private final Thread looking;
  private volatile boolean isClosed;
  private volatile long used;
  private volatile long state;
  private volatile long checkpoints;
  private volatile long unanswered;
  private long checkpointBytes = -1;

  PeakHeap(final MeasuredProcess process, final Path log) {
    this.process = process;
    this.log = log;
    this.looking = Thread.startVirtualThread(this::look);
  }

  private void look() {
    while (!isClosed && process.isAlive()) {
      try {
        used = Math.max(used, HeldMemory.metric(process, "mothership_heap_used_bytes"));
        state = Math.max(state, HeldMemory.metric(process, "mothership_state_memory_bytes"));
        final long bytes = HeldMemory.metric(process, "mothership_journal_checkpoint_bytes_total");
        if (bytes != checkpointBytes) {
          checkpoints += checkpointBytes < 0 ? 0 : 1;
          checkpointBytes = bytes;
        }
        Thread.sleep(PERIOD_MS);
      } catch (final IOException e) {
        unanswered++;
      } catch (final InterruptedException e) {
        return;
      }
    }
  }

  /** Checkpoints that ended while it was looked at. */
  long checkpoints() {
    return checkpoints;
  }

  /** What was seen so far. */
  String text() throws IOException {
    double lived = 0;
    int full = 0;
    for (final String line : Files.readAllLines(log)) {
      final Matcher found = FULL.matcher(line);
      if (found.find()) {
        full++;
        lived =
            Math.max(
                lived,
                Double.parseDouble(found.group(3)) / (found.group(4).equals("K") ? 1024 : 1));
      }
    }
    final ResidentMemory resident = process.memory();
    return String.format(
        "heap at most %.1f MiB with garbage, %.1f MiB left by the worst of %d full collections,"
            + " counted state at most %.1f MiB, checkpoints %d, requests without an answer %d, RSS"
            + " now %.1f MiB, at most %.1f",
        used / MIB,
        lived,
        full,
        state / MIB,
        checkpoints,
        unanswered,
        resident.resident() / 1024.0,
        ResidentMemory.peakOf(process.pid()) / 1024.0);
  }

  @Override
  public void close() throws InterruptedException {
    isClosed = true;
    looking.interrupt();
    looking.join();
  }
}
