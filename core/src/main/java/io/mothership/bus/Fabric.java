package io.mothership.bus;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * How services use messaging, whether the broker is inside this process or is a cluster elsewhere.
 * Services never see the broker's classes.
 *
 * <p><i>Thread:</i> any but the agents'; callbacks come on a virtual thread, in order per
 * subscription.
 */
public interface Fabric extends AutoCloseable {

  /**
   * Publishes to a stream; completes when the stream's sync policy holds, exceptionally with a
   * {@link io.mothership.error.MothershipException} if it was refused ({@code NO_STREAM}, {@code
   * PUBLISH_REFUSED} with the JetStream error's text) or could not be taken ({@code FABRIC_BUSY}).
   */
  CompletableFuture<PublishAck> publish(Publication publication);

  /** Publishes without acknowledgement, as core NATS does. */
  void send(Publication publication);

  /** Request and first reply; completes exceptionally with {@code NO_RESPONDERS} or a timeout. */
  CompletableFuture<Received> request(Publication publication, Duration patience);

  /** Listens on a subject, wildcards allowed, until closed. */
  AutoCloseable subscribe(String subject, Consumer<Received> consumer);

  /**
   * Throws what keeps streams from taking messages at this moment, if anything does.
   *
   * @throws io.mothership.error.MothershipException {@code STORAGE_FULL}: until there is space;
   *     {@code JOURNAL_FAILED}: until a restart
   */
  default void requireIntake() {}

  /** A cursor over what is committed in the journal; to be used by one thread. */
  Tap tap(TapStart start);

  @Override
  void close();

  /**
   * A message to publish.
   *
   * @param subject literal subject
   * @param messageId {@code Nats-Msg-Id}, empty for none
   * @param payload not changed and not kept
   * @param outboxId the SQL outbox row that made it, 0 = none
   */
  record Publication(String subject, String messageId, byte[] payload, long outboxId) {
    public static Publication of(final String subject, final byte[] payload) {
      return new Publication(subject, "", payload, 0);
    }
  }

  /** The stream's answer. */
  record PublishAck(String stream, long sequence, boolean isDuplicate) {}

  /** A message received; {@code headers} is the raw block or empty. */
  record Received(String subject, String reply, byte[] headers, byte[] payload) {}
}
