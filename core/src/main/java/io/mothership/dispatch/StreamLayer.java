package io.mothership.dispatch;

import io.mothership.frame.FrameView;
import io.mothership.journal.Checkpoint;
import io.mothership.journal.FrozenState;
import io.mothership.journal.RecoveryListener;
import io.mothership.journal.StateDecoder;
import io.mothership.routing.Subscription;
import java.nio.ByteBuffer;

/**
 * What the dispatcher tells the streams and consumers above it.
 *
 * <p><i>Thread:</i> ms-dispatch, except recovery, which runs before the agents start.
 */
public interface StreamLayer {

  /** A broker that keeps nothing. */
  static StreamLayer none() {
    return new NoStreams();
  }

  /**
   * Offers what {@link #freeze} wrote once, at start, before any record; only records after it
   * follow, and messages that were moved since.
   *
   * @param journalSequence of the last record it covers
   * @param state if it is used, its bytes stay as they are until the next {@link #onKept}
   * @return false if it can't be used: nothing of it was kept
   */
  default boolean onCheckpoint(final long journalSequence, final StateDecoder state) {
    return false;
  }

  /** Each record of the journal in order, at start, before anything else. */
  void onRecovered(FrameView frame, long location);

  /** All records were seen: drop what they made obsolete, subscribe, create what is missing. */
  void onRecoveryComplete(Exchange exchange);

  /**
   * A record reached the journal, in journal order; it survives a crash of the process. {@code
   * location} is where it can be read from now on.
   */
  void onAppended(FrameView frame, long location);

  /** A record survives a power cut now, in journal order; called for records that asked for it. */
  void onSynced(FrameView frame);

  /** The journal takes no more writes until restart; everything unacknowledged stays so. */
  void onJournalFailed();

  /** Answer to {@link Exchange#tryRead}; {@code frame} is null if it cannot be read now. */
  void onRead(int requester, long token, FrameView frame);

  /** Answer to {@link Exchange#tryRead}: the record that lay there is lost. */
  default void onReadLost(final int requester, final long token, final long location) {
    onRead(requester, token, null);
  }

  /** A client's subscription came or went. */
  void onInterestChanged(int accountId, Subscription subscription, boolean isAdded);

  /**
   * Everything that the records up to now have led to; every one of them was appended and told by
   * {@link #onAppended}.
   */
  default FrozenState freeze() {
    throw new IllegalStateException("nothing is kept that could be frozen");
  }

  /** Whether so much changed that a checkpoint is worth its writing for the memory it frees. */
  default boolean isCheckpointWanted() {
    return false;
  }

  /**
   * What was frozen lies in a checkpoint now; told before {@link #onThawed}.
   *
   * @param state what it was encoded into; stays as it is until the next call
   */
  default void onKept(final FrozenState frozen, final ByteBuffer state) {}

  /** Nobody looks at the state that was frozen any more. */
  default void onThawed() {}

  /** A message lies somewhere else in the journal now, whether it is still held or not. */
  default void onRelocated(final int streamId, final long streamSequence, final long location) {}

  /** A message cannot be read any more where it lay; of no effect if it lies elsewhere now. */
  default void onLost(final int streamId, final long streamSequence, final long location) {}

  /** None of a segment can be read any more; told before {@link #onRecoveryComplete}. */
  default void onSegmentLost(final int segment) {}

  /** Tells what there is; asked now and then by whoever watches the broker. */
  default void onReport(final BrokerReport report) {}

  /**
   * Finds what a tap wants, in a bounded time. Who keeps no index answers that there may be more,
   * and the tap reads the journal itself.
   */
  default void onLookUp(final LookUp lookUp) {
    lookUp.incomplete();
  }

  /** Counts what lies before a tap, in a bounded time. */
  default void onBacklog(final LookUp lookUp) {}

  /** The appliance stops in order: the last chance to append records. */
  default void onStopping() {}

  /** What rebuilds this layer when the journal is opened. */
  default RecoveryListener recovery() {
    return new RecoveryListener() {
      @Override
      public boolean onCheckpoint(final Checkpoint checkpoint, final StateDecoder state) {
        return StreamLayer.this.onCheckpoint(checkpoint.journalSequence(), state);
      }

      @Override
      public void onFrame(final FrameView frame, final long location) {
        onRecovered(frame, location);
      }

      @Override
      public void onSegmentLost(final int segment) {
        StreamLayer.this.onSegmentLost(segment);
      }
    };
  }

  /** Once per duty cycle, after everything else: deliver what can be delivered. */
  int doWork();
}
