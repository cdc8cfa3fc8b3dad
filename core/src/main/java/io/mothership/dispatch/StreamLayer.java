package io.mothership.dispatch;

import io.mothership.journal.FrameView;
import io.mothership.routing.Subscription;

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

  /** Answer to {@link Exchange#tryRead}; {@code frame} is null if the record is gone or damaged. */
  void onRead(int requester, long token, FrameView frame);

  /** A client's subscription came or went. */
  void onInterestChanged(int accountId, Subscription subscription, boolean isAdded);

  /** The appliance stops in order: the last chance to append records. */
  default void onStopping() {}

  /** Once per duty cycle, after everything else: deliver what can be delivered. */
  int doWork();
}
