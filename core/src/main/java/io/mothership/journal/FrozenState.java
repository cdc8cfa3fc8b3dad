package io.mothership.journal;

/**
 * State of the upper layers as it was at one moment; nothing in it changes any more while they go
 * on.
 *
 * <p><i>Thread:</i> any, one at a time.
 */
public interface FrozenState {

  /** Writes all that a start-up needs. */
  void encode(StateEncoder out);

  /** Shows every message that was held then, also those that no start-up needs. */
  void forEachMessage(MessageConsumer consumer);

  /** Takes one message; {@code size} is about the bytes of its record. */
  @FunctionalInterface
  interface MessageConsumer {
    void onMessage(int streamId, long streamSequence, long location, int size);
  }
}
