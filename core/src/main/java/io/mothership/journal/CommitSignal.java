package io.mothership.journal;

import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Wakes those who wait for the commit position to move. Any thread waits; ms-journal announces. */
public final class CommitSignal {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition moved = lock.newCondition();
  private volatile int waiting;
  private long count;

  void announce() {
    // Who begins to wait now sees the new position, or is seen waiting.
    VarHandle.fullFence();
    if (waiting == 0) {
      return;
    }
    lock.lock();
    try {
      count++;
      moved.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until something was announced after this call began, {@code isThere} holds, or the
   * patience ends.
   */
  void await(final Check isThere, final long patienceMs) throws InterruptedException {
    lock.lock();
    try {
      waiting++;
      final long seen = count;
      long leftNs = TimeUnit.MILLISECONDS.toNanos(patienceMs);
      while (leftNs > 0 && count == seen && !isThere.holds()) {
        leftNs = moved.awaitNanos(leftNs);
      }
    } finally {
      waiting--;
      lock.unlock();
    }
  }

  @FunctionalInterface
  interface Check {
    boolean holds();
  }
}
