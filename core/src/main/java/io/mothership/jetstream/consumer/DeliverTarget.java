package io.mothership.jetstream.consumer;

import io.mothership.frame.MessageView;

/**
 * Where a consumer's messages go: to a subject as long as somebody listens ({@link PushTarget}), or
 * to whoever asked ({@link PullTarget}).
 *
 * <p><i>Thread:</i> ms-dispatch. <i>Allocates:</i> nothing per message.
 */
sealed interface DeliverTarget permits PushTarget, PullTarget {

  /** The consumer goes live. */
  void open(long nowNs);

  /** Whether a message may be sent now. */
  boolean isReady();

  /** How many messages it would take now, at least. */
  long demand();

  /**
   * Chooses who gets the next message.
   *
   * @param size bytes of subject, acknowledgement subject, headers and payload
   * @return false if nobody takes it
   */
  boolean select(int size);

  /** Sends a message to whom {@link #select} chose. */
  void send(MessageView message, int size);

  /**
   * There is nothing to send for now.
   *
   * @param isStalled whether messages are held back until some are acknowledged
   */
  void onIdle(boolean isStalled);

  /**
   * The next time at which {@link #onTimer} has something to do; {@code Long.MAX_VALUE} for never.
   */
  long deadlineNs();

  void onTimer(long nowNs);

  /** Since when nobody uses it, monotonic ns; {@code Long.MAX_VALUE} while somebody does. */
  long unusedSinceNs();

  /** Takes over changes of the configuration. */
  void onConfigChanged();

  /** What it takes of the heap beyond its own object. */
  long heapBytes();

  /** The consumer ends. */
  void close();
}
