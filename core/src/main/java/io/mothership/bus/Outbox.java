package io.mothership.bus;

import io.mothership.frame.MessageView;
import io.mothership.frame.Slice;

/**
 * The way from a session to its client, implemented by each protocol head (and by the services
 * inside). Bounded: what does not fit is refused.
 *
 * <p><i>Thread:</i> all methods on ms-dispatch; the head moves the bytes to its own thread.
 * <i>Allocates:</i> nothing per message. <i>Back-pressure:</i> {@link Pressure#FULL} means the
 * client reads too slowly; the session is then closed as a slow consumer.
 */
public interface Outbox {

  /**
   * Queues one message for the subscription named {@code sid}.
   *
   * @return bytes queued, or a negative {@link Pressure}
   */
  int offerMessage(byte[] sid, MessageView message);

  /**
   * Answers a PING in its place among the messages.
   *
   * @return bytes queued, or a negative {@link Pressure}
   */
  int offerPong();

  /**
   * Queues a protocol line of the head's own (for NATS {@code +OK} or {@code -ERR …}, with its
   * CRLF) in its place among the messages.
   */
  int offerControl(Slice line);

  /**
   * Tells the client, in its place among the messages, that something it asked for was not done.
   *
   * @return bytes queued, or a negative {@link Pressure}
   */
  default int offerRefusal(final Refusal refusal) {
    return 0;
  }

  /** Called once per duty cycle after messages were offered: start sending. */
  void flush();

  /** Bytes queued and not yet written to the socket. */
  long pendingBytes();

  /** Ends the connection; {@code reason} is the head's to word on the wire. */
  void close(CloseReason reason);

  /** What the dispatcher did not do; the head's to word on the wire. */
  enum Refusal {
    /** The client has as many subscriptions as one may have. */
    SUBSCRIPTIONS,
    /** All clients' subscriptions together take as much memory as they may. */
    SUBSCRIPTION_MEMORY
  }

  /** Why the dispatcher ends a connection. */
  enum CloseReason {
    SLOW_CONSUMER,
    SHUTDOWN
  }
}
