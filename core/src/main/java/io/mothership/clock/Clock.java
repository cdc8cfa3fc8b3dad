package io.mothership.clock;

/** Where the appliance reads time. */
public interface Clock {

  /** The wall clock in ns since 1970-01-01T00:00:00Z; may go back. */
  long wallNs();

  /**
   * A clock that never goes back, in ns from an arbitrary origin; timers and ack waits run on it.
   */
  long monotonicNs();

  /** The machine's clocks. */
  static Clock system() {
    return SystemClock.INSTANCE;
  }
}
