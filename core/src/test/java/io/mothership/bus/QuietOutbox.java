package io.mothership.bus;

/** A client that takes everything and says nothing; a test adds what it wants to see. */
public abstract class QuietOutbox implements Outbox {
  private boolean isClosed;

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
