package io.mothership.dispatch;

/**
 * What subscriptions may take of the heap, over all clients, and how many one client may have: so
 * that no number of clients fills it.
 *
 * <p><i>Thread:</i> changed by ms-dispatch, read by any. <i>Allocates:</i> never.
 */
final class SubscriptionBudget {
  private final int sessionMax;
  private final long bytesMax;
  private volatile int count;
  private volatile long bytes;

  /**
   * @param sessionMax subscriptions of one client, 0 = no limit
   * @param bytesMax of all subscriptions together
   */
  SubscriptionBudget(final int sessionMax, final long bytesMax) {
    this.sessionMax = sessionMax;
    this.bytesMax = bytesMax;
  }

  /** Subscriptions came or went. */
  void add(final int countDelta, final long bytesDelta) {
    count = count + countDelta;
    bytes = bytes + bytesDelta;
  }

  /** Whether a client that has so many subscriptions may have no more. */
  boolean isUsedUpBy(final int held) {
    return sessionMax > 0 && held >= sessionMax;
  }

  boolean isExceeded() {
    return bytes > bytesMax;
  }

  int count() {
    return count;
  }

  long bytes() {
    return bytes;
  }
}
