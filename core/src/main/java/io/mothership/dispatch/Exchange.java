package io.mothership.dispatch;

import io.mothership.bus.SubjectScope;
import io.mothership.frame.FrameView;
import io.mothership.frame.MessageView;
import io.mothership.frame.Slice;
import io.mothership.frame.codec.Origin;
import io.mothership.frame.codec.RecordType;
import io.mothership.routing.Subscription;

/**
 * What streams, consumers and the JetStream API may ask of the dispatcher.
 *
 * <p><i>Thread:</i> ms-dispatch only. <i>Allocates:</i> nothing per message.
 */
public interface Exchange {

  /** Wall time in ns since 1970, read once per duty cycle. */
  long wallNs();

  /** Monotonic time in ns, read once per duty cycle; all timers run on it. */
  long monotonicNs();

  /**
   * Delivers a message to everyone who subscribed to {@code message.subject()}, as a publish from
   * inside.
   *
   * @return how many subscribers (queue groups count once) it reached
   */
  int route(int accountId, MessageView message);

  /**
   * Delivers a message to the subscribers of {@code target}, who see {@code message.subject()} on
   * it: how a consumer delivers a stream's message to its inbox.
   *
   * @return how many subscribers it reached
   */
  int routeTo(int accountId, Slice target, MessageView message);

  /** Whether anybody listens to a literal subject. */
  boolean hasInterest(int accountId, Slice subject);

  void subscribe(int accountId, Subscription subscription);

  void unsubscribe(int accountId, Subscription subscription);

  /** Head through which the publish being handled came; {@code INTERNAL} when none is. */
  Origin origin();

  /** What whoever sent the message being handled may reach by asking; all if nobody did. */
  default SubjectScope scope() {
    return SubjectScope.OPEN;
  }

  /** SQL outbox id of the publish being handled, 0 = none. */
  long outboxId();

  /** Writes a record that is not what the SQL outbox published. */
  default long tryAppend(
      final RecordType type,
      final int accountId,
      final int streamId,
      final long streamSequence,
      final boolean isSynced,
      final long ttlNs,
      final MessageView message) {
    return tryAppend(type, accountId, streamId, streamSequence, isSynced, ttlNs, 0, message);
  }

  /**
   * Writes a record to the journal ring, stamping journal sequence, time and epoch.
   *
   * @param isSynced whether its {@link StreamLayer#onSynced} is awaited before anything is
   *     acknowledged: the batch it is in gets a sync
   * @param outboxId the SQL outbox counts as published up to here once the record is found at a
   *     start, so only the last record of a publish has its id; 0 = none
   * @return the journal sequence, or {@link io.mothership.bus.Pressure#FULL}; {@link
   *     io.mothership.bus.Pressure#CLOSED} after the journal failed
   */
  long tryAppend(
      RecordType type,
      int accountId,
      int streamId,
      long streamSequence,
      boolean isSynced,
      long ttlNs,
      long outboxId,
      MessageView message);

  /** Whether the disk is so full that no new messages should be taken. */
  boolean isSpaceLow();

  /** Record time given to the last {@link #tryAppend}, ns since 1970. */
  long lastAppendTimeNs();

  /**
   * Wraps {@code frame} around a record still in the tail window.
   *
   * @return false if it has left the window: use {@link #tryRead}
   */
  boolean readTail(long journalSequence, FrameView frame);

  /**
   * Asks ms-read for the record at a journal location; answered by {@link StreamLayer#onRead} with
   * the same {@code requester} and {@code token}, in the order asked.
   *
   * @return a negative {@link io.mothership.bus.Pressure} if the request ring is full for now
   */
  int tryRead(int requester, long token, long location);

  /** Journal sequence of the last record told by {@link StreamLayer#onAppended}. */
  long appendedSequence();

  /** Tells taps what a stream id in a frame is called; also for streams deleted later. */
  void nameStream(int streamId, String name);

  /**
   * Calls {@code task} once, at or soon after the deadline, on ms-dispatch.
   *
   * @return a timer id for {@link #cancel}
   */
  long schedule(long deadlineMonotonicNs, Runnable task);

  /** Forgets a timer; one that has fired already is ignored. */
  void cancel(long timerId);
}
