package io.mothership.fabric;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * How services use messaging, whether the broker is inside this process or is a cluster elsewhere.
 * Services never see the broker's classes. What is refused comes as a {@link FabricException}.
 *
 * <p><i>Thread:</i> any but the agents'; callbacks come on a virtual thread, in order per
 * subscription.
 */
public interface Fabric extends AutoCloseable {

  /**
   * Publishes to a stream; completes when the stream's sync policy holds, exceptionally with a
   * {@link FabricException} if it was refused or could not be taken.
   */
  CompletableFuture<PublishAck> publish(Publication publication);

  /** Publishes without acknowledgement, as core NATS does. */
  void send(Publication publication);

  /** Request and first reply; completes exceptionally with {@code NO_RESPONDERS} or a timeout. */
  CompletableFuture<Received> request(Publication publication, Duration patience);

  /** Listens on a subject, wildcards allowed, until closed. */
  default AutoCloseable subscribe(final String subject, final Consumer<Received> consumer) {
    return subscribe(subject, "", consumer);
  }

  /**
   * The same as a member of a queue group: each message goes to one of the group.
   *
   * @param queueGroup empty for none
   */
  AutoCloseable subscribe(String subject, String queueGroup, Consumer<Received> consumer);

  /**
   * Works through a stream with a durable consumer, which is made if it is missing, until closed.
   * Messages come in batches, one batch at a time; of what is not settled, all is acknowledged when
   * the handler returns and comes again when it throws.
   *
   * @throws FabricException {@code NO_STREAM}, or the consumer is there and otherwise configured
   */
  AutoCloseable consume(Consumption consumption, Delivery.Handler handler);

  /**
   * A bucket of the key-value store, made if it is missing.
   *
   * @throws FabricException if it cannot be made
   */
  KeyValue kv(Bucket bucket);

  /** A bucket with the usual settings, made if it is missing. */
  default KeyValue kv(final String bucket) {
    return kv(Bucket.of(bucket));
  }

  /**
   * Makes a stream if there is none of its name; one that is there stays as it is.
   *
   * @throws FabricException if it cannot be made
   */
  void ensureStream(StreamOutline outline);

  /**
   * Throws what keeps streams from taking messages at this moment, if anything does.
   *
   * @throws io.mothership.error.MothershipException {@code STORAGE_FULL}: until there is space;
   *     {@code JOURNAL_FAILED}: until a restart
   */
  default void requireIntake() {}

  /** A cursor over everything that is committed; to be used by one thread. */
  default Tap tap(final TapStart start) {
    return tap(TapFilter.all(), start);
  }

  /** A cursor over what is committed and wanted; to be used by one thread. */
  Tap tap(TapFilter filter, TapStart start);

  /**
   * What a tap with this filter would still have before it.
   *
   * @param afterSequence the journal sequence it has reached
   */
  Backlog backlog(TapFilter filter, long afterSequence);

  @Override
  void close();

  /**
   * A message to publish.
   *
   * @param subject literal subject
   * @param messageId {@code Nats-Msg-Id}, empty for none
   * @param payload not changed and not kept
   * @param outboxId the SQL outbox row that made it, 0 = none
   * @param headers beside the message id
   */
  record Publication(
      String subject, String messageId, byte[] payload, long outboxId, Headers headers) {
    public Publication(
        final String subject, final String messageId, final byte[] payload, final long outboxId) {
      this(subject, messageId, payload, outboxId, Headers.NONE);
    }

    public static Publication of(final String subject, final byte[] payload) {
      return new Publication(subject, "", payload, 0, Headers.NONE);
    }

    /** The same with a header more. */
    public Publication with(final String name, final String value) {
      return new Publication(subject, messageId, payload, outboxId, headers.with(name, value));
    }

    /** The headers, the message id among them. */
    public Headers allHeaders() {
      return messageId.isEmpty() ? headers : headers.with(Headers.MESSAGE_ID, messageId);
    }
  }

  /** The stream's answer. */
  record PublishAck(String stream, long sequence, boolean isDuplicate) {}

  /** A message received. */
  record Received(String subject, String reply, Headers headers, byte[] payload) {}

  /**
   * What is still to be read. Where a filter is on subjects it is at most that much: what the
   * streams have beyond the place, wanted or not.
   *
   * @param records how many
   * @param bytes of them, by the streams' average
   * @param oldestTimeNs when the oldest of them was stored, 0 = there are none
   */
  record Backlog(long records, long bytes, long oldestTimeNs) {
    public static final Backlog NONE = new Backlog(0, 0, 0);
  }
}
