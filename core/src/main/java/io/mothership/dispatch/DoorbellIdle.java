package io.mothership.dispatch;

import io.mothership.bus.Doorbell;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.IdleStrategy;

/**
 * Parks an agent that has nothing to do until its doorbell rings, or a short time has passed.
 *
 * <p>The agent looks once more for work between arming the bell and parking, so no ring is lost.
 */
final class DoorbellIdle implements IdleStrategy, Doorbell {
  private static final int SPINS = 20;

  private final long parkNs;
  private volatile Thread thread;
  private volatile boolean isArmed;
  private int idleCount;

  DoorbellIdle(final long parkNs) {
    this.parkNs = parkNs;
  }

  @Override
  public void ring() {
    if (isArmed) {
      isArmed = false;
      LockSupport.unpark(thread);
    }
  }

  @Override
  public void idle(final int workCount) {
    if (workCount > 0) {
      reset();
    } else {
      idle();
    }
  }

  @Override
  public void idle() {
    idleCount++;
    if (idleCount < SPINS) {
      Thread.onSpinWait();
    } else if (idleCount == SPINS) {
      thread = Thread.currentThread();
      isArmed = true;
    } else {
      if (isArmed) {
        LockSupport.parkNanos(parkNs);
      }
      isArmed = false;
      idleCount = SPINS - 1;
    }
  }

  @Override
  public void reset() {
    idleCount = 0;
    isArmed = false;
  }
}
