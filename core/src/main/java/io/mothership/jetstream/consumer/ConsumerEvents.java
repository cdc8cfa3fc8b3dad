package io.mothership.jetstream.consumer;

/**
 * What happens to consumers and their messages, for whoever tells it to others.
 *
 * <p><i>Thread:</i> ms-dispatch; never called while recovering.
 */
public interface ConsumerEvents {

  void onDeleted(Consumer consumer);

  /** A message was delivered as often as it may be. */
  void onMaxDeliveries(Consumer consumer, long sequence, long deliveries);

  void onNak(Consumer consumer, long sequence, long consumerSequence, long deliveries);

  /** Somebody said, or it is sure, that a message needs no more deliveries. */
  void onTerminated(
      Consumer consumer, long sequence, long consumerSequence, long deliveries, String reason);

  /** One client has all messages of a priority group from now on. */
  void onPinned(Consumer consumer, String pinId);

  void onUnpinned(Consumer consumer, String reason);
}
