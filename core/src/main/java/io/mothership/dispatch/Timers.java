package io.mothership.dispatch;

import java.util.concurrent.TimeUnit;
import org.agrona.DeadlineTimerWheel;
import org.agrona.collections.Long2ObjectHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One-shot timers of ms-dispatch on monotonic time, about a millisecond exact. */
final class Timers {
  private static final Logger LOG = LoggerFactory.getLogger(Timers.class);
  private static final long TICK_NS = 1 << 20;
  private static final int TICKS_PER_WHEEL = 512;
  private static final int FIRED_PER_POLL_MAX = 1024;

  private final DeadlineTimerWheel wheel;
  private final Long2ObjectHashMap<Runnable> tasks = new Long2ObjectHashMap<>();
  private final DeadlineTimerWheel.TimerHandler onExpiry = this::onExpiry;

  Timers(final long nowMonotonicNs) {
    wheel = new DeadlineTimerWheel(TimeUnit.NANOSECONDS, nowMonotonicNs, TICK_NS, TICKS_PER_WHEEL);
  }

  long schedule(final long deadlineMonotonicNs, final Runnable task) {
    final long id = wheel.scheduleTimer(deadlineMonotonicNs);
    tasks.put(id, task);
    return id;
  }

  void cancel(final long id) {
    if (tasks.remove(id) != null) {
      wheel.cancelTimer(id);
    }
  }

  int poll(final long nowMonotonicNs) {
    if (wheel.timerCount() == 0) {
      wheel.currentTickTime(nowMonotonicNs);
      return 0;
    }
    int fired = 0;
    // The wheel looks at one tick a call; catch up with the clock.
    do {
      fired += wheel.poll(nowMonotonicNs, onExpiry, FIRED_PER_POLL_MAX);
    } while (wheel.currentTickTime() <= nowMonotonicNs
        && wheel.timerCount() != 0
        && fired < FIRED_PER_POLL_MAX);
    return fired;
  }

  private boolean onExpiry(final TimeUnit unit, final long now, final long id) {
    final Runnable task = tasks.remove(id);
    if (task != null) {
      try {
        task.run();
      } catch (final RuntimeException e) {
        LOG.error("a timer failed: {}", e.getMessage(), e);
      }
    }
    return true;
  }
}
