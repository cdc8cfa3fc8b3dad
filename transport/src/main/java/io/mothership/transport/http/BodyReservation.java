package io.mothership.transport.http;

/**
 * What one request's body takes of the budget of all bodies under way. Any thread; after {@link
 * #release} nothing is to be had.
 */
final class BodyReservation {
  private final HttpListener listener;
  private long bytes;
  private boolean isReleased;

  BodyReservation(final HttpListener listener) {
    this.listener = listener;
  }

  synchronized boolean tryReserve(final long more) {
    if (isReleased || !listener.tryReserve(more)) {
      return false;
    }
    bytes += more;
    return true;
  }

  /** Gives a part back. */
  synchronized void release(final long less) {
    if (!isReleased) {
      bytes -= less;
      listener.release(less);
    }
  }

  /** Gives everything back, for good. */
  synchronized void release() {
    if (!isReleased) {
      isReleased = true;
      listener.release(bytes);
    }
  }
}
