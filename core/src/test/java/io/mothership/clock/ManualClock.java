package io.mothership.clock;

/** Time that moves only when a test says so, on one thread; any reads it. */
public final class ManualClock implements Clock {
  private volatile long wallNs;
  private volatile long monotonicNs;

  public ManualClock(final long wallNs) {
    this.wallNs = wallNs;
  }

  @Override
  public long wallNs() {
    return wallNs;
  }

  @Override
  public long monotonicNs() {
    return monotonicNs;
  }

  /** Both clocks go on. */
  public void advanceNs(final long ns) {
    wallNs = wallNs + ns;
    monotonicNs = monotonicNs + ns;
  }

  /** Somebody sets the wall clock; the monotonic one does not notice. */
  public void stepWallNs(final long ns) {
    wallNs = wallNs + ns;
  }
}
