package io.mothership.transport.nats;

import java.util.concurrent.atomic.LongAdder;

/**
 * What this head has seen since it started.
 *
 * <p><i>Thread:</i> any. <i>Allocates:</i> nothing per message.
 */
public final class NatsCounters {
  private static final NatsErrors[] ERRORS = NatsErrors.values();

  private final LongAdder[] errors = new LongAdder[ERRORS.length];
  private final LongAdder connectionsTotal = new LongAdder();
  private final LongAdder messagesIn = new LongAdder();
  private final LongAdder bytesIn = new LongAdder();
  private final LongAdder messagesOut = new LongAdder();
  private final LongAdder bytesOut = new LongAdder();
  private final LongAdder readPauses = new LongAdder();

  NatsCounters() {
    for (int i = 0; i < errors.length; i++) {
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

  void count(final NatsErrors error) {
    errors[error.ordinal()].increment();
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

  void countReadPause() {
    readPauses.increment();
  }
}
