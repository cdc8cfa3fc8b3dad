package io.mothership.jetstream.stream;

import io.mothership.frame.FrameView;
import io.mothership.frame.Slice;

/**
 * What streams tell the consumers above them, and ask of them.
 *
 * <p><i>Thread:</i> ms-dispatch, except recovery. <i>Allocates:</i> nothing per message.
 */
public interface ConsumerLayer {

  /**
   * An ACK or CONSUMER_* record found at start, in journal order between the streams' own records.
   */
  void onRecovered(FrameView frame);

  /** A stream has more messages that may be delivered: {@link Stream#committedSequence} rose. */
  void onStreamCommitted(Stream stream);

  /**
   * A message is about to go from a stream (limit, age, delete, roll-up, ack on a work queue); its
   * index entry is still there.
   */
  void onStreamRemoving(Stream stream, long sequence);

  /** A purge or another jump of {@link Stream#firstSequence} ended. */
  void onStreamPurged(Stream stream);

  /** A stream keeps messages by another rule from now on. Also called while recovering. */
  void onRetentionChanged(Stream stream);

  /** The stream and its consumers are gone. Also called while recovering. */
  void onStreamDeleted(Stream stream);

  /**
   * Whether some consumer of an interest stream wants a subject; otherwise the message is not kept.
   * Also asked while recovering.
   */
  boolean wants(Stream stream, Slice subject);
}
