package io.mothership.jetstream.model;

import io.mothership.dispatch.Exchange;

/**
 * The wall time by which messages age. It runs on the monotonic clock and follows the wall clock's
 * small corrections, but after a forward step of more than 5 s only once the wall clock has kept
 * still for 10 minutes: a box without a clock battery must not drop what it holds because its clock
 * was set.
 *
 * <p><i>Thread:</i> ms-dispatch. <i>Allocates:</i> never.
 */
public final class AgeClock {
  private static final long STEP_NS = 5_000_000_000L;
  private static final long STILL_NS = 600_000_000_000L;

  private long offsetNs;
  private long candidateNs;
  private long candidateSinceNs;
  private boolean hasCandidate;

  public void start(final Exchange exchange) {
    offsetNs = exchange.wallNs() - exchange.monotonicNs();
  }

  public long nowNs(final Exchange exchange) {
    final long monotonicNs = exchange.monotonicNs();
    final long actualNs = exchange.wallNs() - monotonicNs;
    if (actualNs - offsetNs <= STEP_NS) {
      offsetNs = actualNs;
      hasCandidate = false;
    } else if (!hasCandidate || Math.abs(actualNs - candidateNs) > STEP_NS) {
      hasCandidate = true;
      candidateNs = actualNs;
      candidateSinceNs = monotonicNs;
    } else if (monotonicNs - candidateSinceNs >= STILL_NS) {
      offsetNs = actualNs;
      hasCandidate = false;
    }
    return monotonicNs + offsetNs;
  }
}
