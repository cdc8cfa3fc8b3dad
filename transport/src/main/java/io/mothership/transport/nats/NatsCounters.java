package io.mothership.transport.nats;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/**
 * What this head has seen since it started.
 *
 * <p><i>Thread:</i> any. <i>Allocates:</i> nothing per message.
 */
public final class NatsCounters {
  private static final NatsErrors[] ERRORS = NatsErrors.values();

  private static final long REPORT_INTERVAL_NS = 1_000_000_000L;

  private final AtomicLongArray nextReportNs = new AtomicLongArray(ERRORS.length);
  private final AtomicLongArray reported = new AtomicLongArray(ERRORS.length);
  private final LongAdder[] errors = new LongAdder[ERRORS.length];
  private final LongAdder connectionsTotal = new LongAdder();
  private final LongAdder messagesIn = new LongAdder();
  private final LongAdder bytesIn = new LongAdder();
  private final LongAdder messagesOut = new LongAdder();
  private final LongAdder bytesOut = new LongAdder();
  private final LongAdder readPauses = new LongAdder();
  private final LongAdder wildcardPublishes = new LongAdder();

  NatsCounters() {
    final long now = System.nanoTime();
    for (int i = 0; i < errors.length; i++) {
      nextReportNs.set(i, now);
      errors[i] = new LongAdder();
    }
  }

  /** Times this error was met. */
  public long errors(final NatsErrors error) {
    return errors[error.ordinal()].sum();
  }

  /** Clients that were told to go because they read too slowly. */
  public long slowConsumers() {
    return errors(NatsErrors.SLOW_CONSUMER) + errors(NatsErrors.WRITE_DEADLINE_EXCEEDED);
  }

  public long connectionsTotal() {
    return connectionsTotal.sum();
  }

  public long messagesIn() {
    return messagesIn.sum();
  }

  /** Bytes of headers and payloads received. */
  public long bytesIn() {
    return bytesIn.sum();
  }

  public long messagesOut() {
    return messagesOut.sum();
  }

  /** Bytes of headers and payloads sent. */
  public long bytesOut() {
    return bytesOut.sum();
  }

  /** Times a connection stopped reading because the ring was full. */
  public long readPauses() {
    return readPauses.sum();
  }

  /** Messages to a subject with {@code *} or {@code >} in a token's place, taken by the letter. */
  public long wildcardPublishes() {
    return wildcardPublishes.sum();
  }

  /**
   * Counts an error.
   *
   * @return how often it was met since it was last worth a line in the log, this time included; 0
   *     if this time isn't worth one, because the last is less than a second ago
   */
  long count(final NatsErrors error) {
    final int row = error.ordinal();
    errors[row].increment();
    final long now = System.nanoTime();
    final long next = nextReportNs.get(row);
    if (now - next < 0 || !nextReportNs.compareAndSet(row, next, now + REPORT_INTERVAL_NS)) {
      return 0;
    }
    final long total = errors[row].sum();
    return total - reported.getAndSet(row, total);
  }

  void countConnection() {
    connectionsTotal.increment();
  }

  void countIn(final long messages, final long bytes) {
    messagesIn.add(messages);
    bytesIn.add(bytes);
  }

  void countOut(final long messages, final long bytes) {
    messagesOut.add(messages);
    bytesOut.add(bytes);
  }

  void countWildcardPublish() {
    wildcardPublishes.increment();
  }

  void countReadPause() {
    readPauses.increment();
  }
}
