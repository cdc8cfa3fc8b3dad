package io.mothership.app.supervision;

import io.mothership.dispatch.Pulse;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says that the process is alive only while every agent makes progress, so that one that hangs gets
 * the process restarted. Does nothing if nobody waits for it.
 *
 * <p><i>Thread:</i> ms-watchdog looks three times per period that the service manager waits for.
 */
public final class Watchdog implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Watchdog.class);
  private static final int LOOKS_PER_PERIOD = 3;

  private final long pauseNs;
  private final List<Pulse> pulses;
  private final Runnable alive;
  private final long[] seen;
  private final Thread thread;
  private volatile boolean isClosed;

  Watchdog(final long pauseNs, final List<Pulse> pulses, final Runnable alive) {
    this.pauseNs = pauseNs;
    this.pulses = pulses;
    this.alive = alive;
    this.seen = new long[pulses.size()];
    this.thread = new Thread(this::run, "ms-watchdog");
    this.thread.setDaemon(true);
  }

  /**
   * @param pulses each has to have grown from one look to the next
   */
  public static Watchdog start(final SystemdProxy systemd, final List<Pulse> pulses) {
    final OptionalLong periodNs = systemd.watchdogNs();
    final Watchdog watchdog =
        new Watchdog(periodNs.orElse(0) / LOOKS_PER_PERIOD, pulses, systemd::alive);
    if (periodNs.isPresent()) {
      watchdog.thread.start();
    }
    return watchdog;
  }

  private void run() {
    long next = System.nanoTime();
    while (!isClosed) {
      final long waitNs = next - System.nanoTime();
      if (waitNs > 0) {
        LockSupport.parkNanos(waitNs);
      } else {
        next += pauseNs;
        look();
      }
    }
  }

  /** Says that the process is alive if every agent has made progress since the last look. */
  void look() {
    boolean isAlive = true;
    for (int i = 0; i < seen.length; i++) {
      final long count = pulses.get(i).count();
      if (count == seen[i]) {
        isAlive = false;
        LOG.error(
            "{} has made no progress for {} ms: the watchdog is not told that this process is"
                + " alive",
            pulses.get(i).agent(),
            TimeUnit.NANOSECONDS.toMillis(pauseNs));
      }
      seen[i] = count;
    }
    if (isAlive) {
      alive.run();
    }
  }

  /** Looks no more; whoever has asked for it must have been told that the process is stopping. */
  @Override
  public void close() {
    isClosed = true;
    LockSupport.unpark(thread);
    try {
      thread.join();
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
