package io.mothership.jetstream.index;

/**
 * What streams and consumers may take of the heap: the index of messages, subjects, message ids,
 * consumers and what they delivered. Who takes more tells it afterwards, and asks before.
 *
 * <p>The last {@value #RESERVE_SHARE}th is for those who have little: a stream that holds more than
 * that share gets no more once it is all that is left, consumers once half of it is. So one stream
 * that grows without end does not stop the others, nor who reads it, and no number of consumers
 * stops small streams. Copies for a checkpoint, which go again soon, may take as much beside it.
 *
 * <p><i>Thread:</i> ms-dispatch, except recovery. <i>Allocates:</i> never.
 */
public final class StateBudget {
  private static final int RESERVE_SHARE = 8;

  private final long bytesMax;
  private long held;
  private long copies;
  private long refusals;

  public StateBudget(final long bytesMax) {
    this.bytesMax = bytesMax;
  }

  /** A budget that is never used up. */
  static StateBudget unlimited() {
    return new StateBudget(Long.MAX_VALUE);
  }

  public long bytesMax() {
    return bytesMax;
  }

  /** Copies included. */
  public long bytes() {
    return held + copies;
  }

  /** How often something was refused or held back. */
  public long refusals() {
    return refusals;
  }

  public void add(final long delta) {
    held += delta;
  }

  /** What is there twice for a while. */
  void addCopies(final long delta) {
    copies += delta;
  }

  /** Whether less than a quarter is free, so that it is worth asking before and saving. */
  public boolean isTight() {
    return held + copies > bytesMax - bytesMax / 4;
  }

  /** Whether consumers may have so much more: half of the reserve is theirs; counts it if not. */
  public boolean allowsConsumers(final long more) {
    return counted(hasRoomForConsumers(more));
  }

  /** The same without counting it. */
  public boolean hasRoomForConsumers(final long more) {
    return isBelow(bytesMax - bytesMax / RESERVE_SHARE / 2, more);
  }

  /** Whether a stream that holds so much may have so much more; counts it if not. */
  public boolean allows(final long ofOne, final long more) {
    final long reserve = bytesMax / RESERVE_SHARE;
    return counted(isBelow(ofOne > reserve ? bytesMax - reserve : bytesMax, more));
  }

  private boolean isBelow(final long max, final long more) {
    final long reserve = bytesMax / RESERVE_SHARE;
    return held + more <= max && held + copies + more - reserve <= bytesMax;
  }

  private boolean counted(final boolean isAllowed) {
    if (!isAllowed) {
      refusals++;
    }
    return isAllowed;
  }
}
