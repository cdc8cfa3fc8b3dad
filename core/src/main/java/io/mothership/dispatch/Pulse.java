package io.mothership.dispatch;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts the duty cycles that one agent has brought to an end, so that others see whether it still
 * makes any.
 *
 * <p><i>Thread:</i> counted by the agent's, read by any. <i>Allocates:</i> nothing.
 */
public final class Pulse {
  private final String agent;
  private final AtomicLong count = new AtomicLong();

  public Pulse(final String agent) {
    this.agent = agent;
  }

  /** The agent's role name. */
  public String agent() {
    return agent;
  }

  /** Duty cycles so far; one that failed does not count. */
  public long count() {
    return count.get();
  }

  /** A duty cycle has ended. */
  public void beat() {
    // There is one writer, and no hurry for the readers.
    count.lazySet(count.getPlain() + 1);
  }
}
