package io.mothership.fabric;

/**
 * A cursor over what streams took, up to what is committed: first what is kept, then what comes,
 * with no seam; or, begun by {@link TapStart.Before}, from the newest to the oldest.
 *
 * <p><i>Thread:</i> one (a virtual thread is fine). <i>Back-pressure:</i> it reads at its owner's
 * pace; nothing is queued for it.
 */
public interface Tap extends AutoCloseable {

  /**
   * Hands up to {@code limit} committed records that the filter lets through to {@code consumer},
   * in the order in which they were stored.
   *
   * @return how many were handed out; 0 = nothing new yet
   */
  int poll(Consumer consumer, int limit);

  /** Waits until there may be something new, or {@code patienceMs} have passed. */
  void await(long patienceMs) throws InterruptedException;

  /** Whether the last poll reached the commit position, or for one that goes back the oldest. */
  boolean isCaughtUp();

  /** Journal sequence of the last record handed out or passed over. */
  long journalSequence();

  /** Highest committed journal sequence. */
  long committedSequence();

  /**
   * Records that had left before this tap could read them, since the last call. With a filter it is
   * what those streams lost in all, wanted or not.
   */
  long takeDropped();

  /** Records looked at in the journal so far, wanted or not. */
  long recordsRead();

  @Override
  void close();

  /** Receives one record. */
  @FunctionalInterface
  interface Consumer {
    /** The record is valid only during the call. */
    void onRecord(StoredRecord record);
  }
}
