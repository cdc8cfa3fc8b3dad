package io.mothership.fabric;

import java.time.Duration;
import java.util.List;

/**
 * A message that a durable consumer delivered, to be settled once: what is said after the first
 * word is of no effect.
 *
 * <p><i>Thread:</i> the handler's, during its call.
 */
public interface Delivery {

  String subject();

  Headers headers();

  byte[] payload();

  /** Its place in the stream. */
  long streamSequence();

  /** 1 = for the first time. */
  int deliveries();

  /** When it was stored, ns since 1970. */
  long timeNs();

  /** It is done. */
  void ack();

  /** It is to come again after a while. */
  void nak(Duration delay);

  /** It is never to come again, although it is not done. */
  void term();

  /** It takes longer: the wait for its settlement begins anew. */
  void inProgress();

  /** Does the work. */
  @FunctionalInterface
  interface Handler {
    void onBatch(List<Delivery> batch) throws Exception;
  }
}
