package io.mothership.api.follow;

import io.mothership.clock.Clock;
import io.mothership.fabric.TapStart;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What a follower was told to do, and its waiting for that.
 *
 * <p><i>Thread:</i> any commands, the follower's waits.
 */
final class FollowerControl {
  /** The clock may be one that is set by hand. */
  private static final long LOOK_NS = TimeUnit.MILLISECONDS.toNanos(20);

  private final Clock clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition called = lock.newCondition();
  private boolean isPaused;
  private boolean isClosed;
  private Optional<TapStart> reset = Optional.empty();

  FollowerControl(final Clock clock) {
    this.clock = clock;
  }

  void pause(final boolean newPaused) {
    lock.lock();
    try {
      isPaused = newPaused;
      called.signalAll();
    } finally {
      lock.unlock();
    }
  }

  void reset(final TapStart start) {
    lock.lock();
    try {
      reset = Optional.of(start);
      called.signalAll();
    } finally {
      lock.unlock();
    }
  }

  void close() {
    lock.lock();
    try {
      isClosed = true;
      called.signalAll();
    } finally {
      lock.unlock();
    }
  }

  Optional<TapStart> takeReset() {
    lock.lock();
    try {
      final Optional<TapStart> taken = reset;
      reset = Optional.empty();
      return taken;
    } finally {
      lock.unlock();
    }
  }

  boolean isPaused() {
    lock.lock();
    try {
      return isPaused;
    } finally {
      lock.unlock();
    }
  }

  boolean isClosed() {
    lock.lock();
    try {
      return isClosed;
    } finally {
      lock.unlock();
    }
  }

  /** Whether there is something else to do than to go on. */
  boolean isCalled() {
    lock.lock();
    try {
      return isClosed || isPaused || reset.isPresent();
    } finally {
      lock.unlock();
    }
  }

  /** Waits while it is paused and nothing else is wanted. */
  void awaitCommand() throws InterruptedException {
    lock.lock();
    try {
      while (isPaused && !isClosed && reset.isEmpty()) {
        called.await();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Waits until the clock is so far, or something else is wanted. */
  void sleepUntil(final long deadlineNs) throws InterruptedException {
    lock.lock();
    try {
      long leftNs = deadlineNs - clock.monotonicNs();
      while (leftNs > 0 && !isClosed && !isPaused && reset.isEmpty()) {
        final long restNs = called.awaitNanos(Math.min(leftNs, LOOK_NS));
        assert restNs <= LOOK_NS;
        leftNs = deadlineNs - clock.monotonicNs();
      }
    } finally {
      lock.unlock();
    }
  }

  long nowNs() {
    return clock.monotonicNs();
  }
}
