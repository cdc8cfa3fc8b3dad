package io.mothership.jetstream.consumer;

import java.util.Map;
import java.util.TreeMap;

/** What tests of whole consumers look at, and nobody else may. */
public final class ConsumerPeek {
  private ConsumerPeek() {}

  /** The sequence that is looked at next. */
  public static long next(final Consumer consumer) {
    return consumer.cursor().next();
  }

  /** How often each message was delivered that is not acknowledged, by sequence. */
  public static Map<Long, Integer> deliveries(final Consumer consumer) {
    final ConsumerPending pending = consumer.acks().pending();
    final Map<Long, Integer> all = new TreeMap<>();
    for (int slot = pending.first(); slot != ConsumerPending.NONE; slot = pending.next(slot)) {
      all.put(pending.sequence(slot), pending.redeliveries(slot) + 1);
    }
    return all;
  }

  /** What it still has to deliver, and waits for. */
  public static String describe(final Consumer consumer) {
    return "pending="
        + consumer.numPending()
        + " delivered="
        + consumer.deliveredConsumerSequence()
        + " unacked="
        + deliveries(consumer)
        + " exhausted="
        + new TreeMap<>(consumer.acks().exhausted());
  }
}
