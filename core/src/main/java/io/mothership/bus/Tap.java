package io.mothership.bus;

import io.mothership.frame.FrameView;

/**
 * A cursor over the journal up to the commit position: first what is kept, then what comes, with no
 * seam.
 *
 * <p><i>Thread:</i> one (a virtual thread is fine). <i>Allocates:</i> nothing per record.
 * <i>Back-pressure:</i> it reads from disk at its owner's pace; nothing is queued for it.
 */
public interface Tap extends AutoCloseable {

  /**
   * Hands up to {@code limit} committed message records, in journal order, to {@code consumer};
   * records of other types and copies made by compaction are passed over.
   *
   * @return how many were handed out; 0 = nothing new yet
   */
  int poll(Consumer consumer, int limit);

  /** Waits until there may be something new, or {@code patienceMs} have passed. */
  void await(long patienceMs) throws InterruptedException;

  /** Whether the last poll reached the commit position. */
  boolean isCaughtUp();

  /** Journal sequence of the last record handed out or passed over. */
  long journalSequence();

  /** Highest committed journal sequence. */
  long committedSequence();

  /** Records that had left the journal before this tap could read them, since the last call. */
  long takeDropped();

  @Override
  void close();

  /** Receives one record; the view is valid only during the call. */
  @FunctionalInterface
  interface Consumer {
    /** {@code stream} is the stream's name. */
    void onRecord(String stream, FrameView frame);
  }
}
