package io.mothership.stream;

import io.mothership.bus.MessageView;
import io.mothership.bus.Slice;
import io.mothership.dispatch.BrokerReport;
import io.mothership.dispatch.Exchange;
import io.mothership.journal.FrameView;
import io.mothership.routing.Subscription;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * What streams and the JetStream API tell the consumers above them.
 *
 * <p><i>Thread:</i> ms-dispatch, except recovery. <i>Allocates:</i> nothing per message.
 */
interface ConsumerLayer {

  /** Consumers that are not there. */
  ConsumerLayer NONE = new ConsumerLayer() {};

  /**
   * An ACK or CONSUMER_* record found at start, in journal order between the streams' own records.
   */
  default void onRecovered(final FrameView frame, final long location) {}

  /**
   * All consumers that outlive a restart, as they are now, in parts; for {@link #restore}. They are
   * freed when the frozen state is not in use any more.
   */
  default List<ByteBuffer> freeze() {
    return List.of();
  }

  /** Takes the place of what was frozen; the streams are restored. */
  default void restore(final ByteBuffer frozen) {}

  /** All records were seen; the streams are complete and have subscribed. */
  default void onRecoveryComplete(final Exchange exchange) {}

  /** A request to {@code CONSUMER.…} of the API, except {@code MSG.NEXT}. */
  default void onApiRequest(final ApiRequest request) {}

  /**
   * A pull request. {@code nameOffset} is where {@code <stream>.<consumer>} begins in the subject,
   * as the domain makes it vary.
   */
  default void onPullRequest(
      final int accountId, final MessageView message, final int nameOffset) {}

  /** A message on {@code $JS.ACK.>}. */
  default void onAck(final int accountId, final MessageView message) {}

  /** A message on {@code $JS.FC.>}. */
  default void onFlowControl(final int accountId, final MessageView message) {}

  /** An ACK or CONSUMER_* record reached the journal. */
  default void onAppended(final FrameView frame, final long location) {}

  /** An ACK or CONSUMER_* record survives a power cut now. */
  default void onSynced(final FrameView frame) {}

  default void onJournalFailed() {}

  /** Answer to a read with a requester of {@link JetStream#CONSUMER_REQUESTERS} or above. */
  default void onRead(final int requester, final long token, final FrameView frame) {}

  /** Answer to {@link Stream#tryRead}: what lay there is lost. */
  default void onReadLost(final int requester, final long token, final long location) {}

  default void onInterestChanged(
      final int accountId, final Subscription subscription, final boolean isAdded) {}

  /** An orderly stop begins; the journal still takes records. */
  default void onStopping() {}

  default int doWork() {
    return 0;
  }

  /** A stream has more messages that may be delivered: {@link Stream#committedSequence} rose. */
  default void onStreamCommitted(final Stream stream) {}

  /**
   * A message is about to go from a stream (limit, age, delete, roll-up, ack on a work queue); its
   * index entry is still there.
   */
  default void onStreamRemoving(final Stream stream, final long sequence) {}

  /** A purge or another jump of {@link Stream#firstSequence} ended. */
  default void onStreamPurged(final Stream stream) {}

  /** A stream keeps messages by another rule from now on. Also called while recovering. */
  default void onRetentionChanged(final Stream stream) {}

  /** The stream and its consumers are gone. Also called while recovering. */
  default void onStreamDeleted(final Stream stream) {}

  /** Consumers of a stream, for {@code STREAM.INFO}. */
  default int consumerCount(final Stream stream) {
    return 0;
  }

  /** Tells about the consumers of a stream. */
  default void onReport(final Stream stream, final BrokerReport report) {}

  /**
   * Whether some consumer of an interest stream wants a subject; otherwise the message is not kept.
   * Also asked while recovering.
   */
  default boolean wants(final Stream stream, final Slice subject) {
    return false;
  }
}
