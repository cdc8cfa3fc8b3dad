package io.mothership.transport.http;

import io.netty.channel.Channel;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lets a virtual thread wait until a channel takes more bytes: the back-pressure of streamed bodies
 * and WebSockets. A channel above its high-water mark is not writable, so what is queued stays
 * bounded by the mark and one piece per waiting thread.
 */
public final class WritableGate {
  private final Channel channel;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  public WritableGate(final Channel channel) {
    this.channel = channel;
  }

  /** To be called when writability or activity changed; event loop. */
  public void signal() {
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until the channel is writable.
   *
   * @return false if {@code patienceMs} passed first
   * @throws IOException if the channel is closed
   * @throws InterruptedException also if nothing had to be waited for
   */
  public boolean await(final long patienceMs) throws IOException, InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    if (channel.isActive() && channel.isWritable()) {
      return true;
    }
    lock.lock();
    try {
      long restNs = TimeUnit.MILLISECONDS.toNanos(patienceMs);
      while (channel.isActive() && !channel.isWritable()) {
        if (restNs <= 0) {
          return false;
        }
        restNs = changed.awaitNanos(restNs);
      }
    } finally {
      lock.unlock();
    }
    if (!channel.isActive()) {
      throw new IOException("connection closed");
    }
    return true;
  }
}
