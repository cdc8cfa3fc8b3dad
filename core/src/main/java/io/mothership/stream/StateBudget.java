package io.mothership.stream;

/**
 * What streams and consumers may take of the heap: the index of messages, subjects, message ids,
 * consumers and what they delivered. Who takes more tells it afterwards, and asks before.
 *
 * <p>The last {@value #RESERVE_SHARE}th is for those who have little: a stream that holds more than
 * that share gets no more once it is all that is left. So one stream that grows without end does
 * not stop the others.
 *
 * <p><i>Thread:</i> ms-dispatch, except recovery. <i>Allocates:</i> never.
 */
final class StateBudget {
  private static final int RESERVE_SHARE = 8;

  private final long bytesMax;
  private long bytes;
  private long refusals;

  StateBudget(final long bytesMax) {
    this.bytesMax = bytesMax;
  }

  /** A budget that is never used up. */
  static StateBudget unlimited() {
    return new StateBudget(Long.MAX_VALUE);
  }

  long bytesMax() {
    return bytesMax;
  }

  long bytes() {
    return bytes;
  }

  /** How often something was refused or held back. */
  long refusals() {
    return refusals;
  }

  void add(final long delta) {
    bytes += delta;
  }

  /** Whether less than a quarter is free, so that it is worth asking before and saving. */
  boolean isTight() {
    return bytes > bytesMax - bytesMax / 4;
  }

  /** Whether somebody who holds so much may have so much more; counts it if not. */
  boolean allows(final long held, final long more) {
    final long reserve = bytesMax / RESERVE_SHARE;
    final boolean isAllowed = bytes + more <= (held > reserve ? bytesMax - reserve : bytesMax);
    if (!isAllowed) {
      refusals++;
    }
    return isAllowed;
  }
}
