package io.mothership.jetstream.consumer;

/**
 * The messages of one consumer whose bytes were asked for from disk, in the order asked, which is
 * the order in which the answers come.
 *
 * <p><i>Thread:</i> ms-dispatch. <i>Allocates:</i> never.
 */
final class ConsumerReads {
  static final int LIMIT = 32;

  /** Answers to nobody's question any more. */
  static final long STALE = -1;

  private final long[] sequences = new long[LIMIT];
  private final boolean[] areRedeliveries = new boolean[LIMIT];
  private int head;
  private int count;
  private long generation;
  private boolean wasRedelivery;

  boolean isEmpty() {
    return count == 0;
  }

  boolean isFull() {
    return count == LIMIT;
  }

  int count() {
    return count;
  }

  /** The token to ask with next. */
  long nextToken() {
    return generation;
  }

  /** A read was asked for. */
  void add(final long sequence, final boolean isRedelivery) {
    final int at = (head + count) % LIMIT;
    sequences[at] = sequence;
    areRedeliveries[at] = isRedelivery;
    count++;
  }

  /** The sequence of the read that an answer belongs to, or {@link #STALE}; does not take it. */
  long next(final long token) {
    return token != generation || count == 0 ? STALE : sequences[head];
  }

  /**
   * Takes the read that an answer belongs to; {@link #wasRedelivery} tells more about it.
   *
   * @return its sequence or {@link #STALE}
   */
  long answer(final long token) {
    if (token != generation || count == 0) {
      return STALE;
    }
    final long sequence = sequences[head];
    wasRedelivery = areRedeliveries[head];
    head = (head + 1) % LIMIT;
    count--;
    return sequence;
  }

  /** Whether the read answered last was for a redelivery. */
  boolean wasRedelivery() {
    return wasRedelivery;
  }

  /** The sequence {@code index} places behind the head. */
  long sequence(final int index) {
    return sequences[(head + index) % LIMIT];
  }

  boolean isRedelivery(final int index) {
    return areRedeliveries[(head + index) % LIMIT];
  }

  /** Lets go of everything asked for; the answers will be stale. */
  void abandon() {
    count = 0;
    generation++;
  }
}
