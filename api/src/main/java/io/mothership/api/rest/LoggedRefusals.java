package io.mothership.api.rest;

import io.mothership.clock.Clock;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes refusals to the log, {@value #LINES_MAX} lines a second at most: whoever tries often shall
 * not fill the disk with it. What was done is passed over.
 *
 * <p><i>Thread:</i> any.
 */
public final class LoggedRefusals implements AuditLog {
  private static final Logger LOG = LoggerFactory.getLogger(LoggedRefusals.class);
  private static final int LINES_MAX = 10;

  private final Clock clock;
  private long secondStartNs;
  private int lines;
  private long suppressed;

  public LoggedRefusals(final Clock clock) {
    this.clock = clock;
    this.secondStartNs = clock.monotonicNs();
  }

  @Override
  public void record(final Entry entry) {
    if (entry.outcome() != Outcome.REFUSED) {
      return;
    }
    final long unseen = takeLine();
    if (unseen >= 0) {
      LOG.warn(
          "refused: principal={}, action={}, target={}, code={}, address={}, correlation={},"
              + " suppressed={}",
          Quoted.of(entry.principal().id()),
          entry.action(),
          Quoted.of(entry.target()),
          entry.code(),
          entry.address(),
          entry.correlationId(),
          unseen);
    }
  }

  /** Answers -1 if this second's lines are written, otherwise how many had none since the last. */
  private synchronized long takeLine() {
    final long nowNs = clock.monotonicNs();
    if (nowNs - secondStartNs >= TimeUnit.SECONDS.toNanos(1)) {
      secondStartNs = nowNs;
      lines = 0;
    }
    if (lines == LINES_MAX) {
      suppressed++;
      return -1;
    }
    lines++;
    final long unseen = suppressed;
    suppressed = 0;
    return unseen;
  }
}
