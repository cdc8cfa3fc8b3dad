package io.mothership.bus;

import io.mothership.frame.Slice;

/**
 * A client without a socket, which takes everything and says nothing; who extends it adds what it
 * does with messages.
 *
 * <p><i>Thread:</i> ms-dispatch; {@link #isClosed} any.
 */
public abstract class QuietOutbox implements Outbox {
  private volatile boolean isClosed;

  /** Whether the dispatcher ended the session. */
  public boolean isClosed() {
    return isClosed;
  }

  @Override
  public int offerPong() {
    return 1;
  }

  @Override
  public int offerControl(final Slice line) {
    return 1;
  }

  @Override
  public void flush() {}

  @Override
  public long pendingBytes() {
    return 0;
  }

  @Override
  public void close(final CloseReason reason) {
    isClosed = true;
  }
}
