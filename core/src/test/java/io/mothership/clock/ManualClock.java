package io.mothership.clock;

/** Time that moves only when a test says so. */
public final class ManualClock implements Clock {
  private long wallNs;
  private long monotonicNs;

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
    wallNs += ns;
    monotonicNs += ns;
  }

  /** Somebody sets the wall clock; the monotonic one does not notice. */
  public void stepWallNs(final long ns) {
    wallNs += ns;
  }
}
