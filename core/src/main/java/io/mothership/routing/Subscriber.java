package io.mothership.routing;

import io.mothership.frame.MessageView;

/**
 * Who takes a routed message: a client's session, a stream, the JetStream API.
 *
 * <p><i>Thread:</i> ms-dispatch. <i>Allocates:</i> nothing per message.
 */
public interface Subscriber {

  /** {@code message} is valid only during the call. */
  void onMessage(Subscription subscription, MessageView message);

  /**
   * Members of one queue group in the same process are picked at random; this one may decline for
   * now.
   */
  default boolean isReady() {
    return true;
  }
}
