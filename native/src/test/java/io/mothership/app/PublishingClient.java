package io.mothership.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nats.client.Connection;
import io.nats.client.JetStream;
import io.nats.client.JetStreamApiException;
import io.nats.client.Message;
import io.nats.client.PublishOptions;
import io.nats.client.api.OrderedConsumerConfiguration;
import io.nats.client.api.PublishAck;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Publishes numbered messages to one stream, many at a time, each with its number as the message
 * id. Whatever was not acknowledged is published again, with the same id, on the next connection.
 */
final class PublishingClient {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final int WINDOW = 64;
  private static final int PADDING_MAX = 400;
  private static final long PAUSE_EVERY = 16;
  private static final long PAUSE_MS = 3;
  private static final long REFUSED_PAUSE_MS = 20;

  private final String stream;

  /** Stream sequence of each acknowledged message. */
  private final Map<Long, Long> acknowledged = new ConcurrentHashMap<>();

  private final ConcurrentSkipListSet<Long> pending = new ConcurrentSkipListSet<>();

  /** How often each of JetStream's errors was the answer. */
  private final Map<Integer, Integer> refusals = new ConcurrentHashMap<>();

  private volatile String violation = "";
  private long last;

  PublishingClient(final String stream) {
    this.stream = stream;
  }

  int acknowledgedCount() {
    return acknowledged.size();
  }

  Map<Long, Long> acknowledged() {
    return acknowledged;
  }

  Map<Integer, Integer> refusals() {
    return refusals;
  }

  /** What was not acknowledged first, then new ones, until the connection breaks. */
  void publish(final Connection connection) {
    try {
      final JetStream js = connection.jetStream();
      final Semaphore window = new Semaphore(WINDOW);
      for (final long number : List.copyOf(pending)) {
        publish(js, number, window);
      }
      while (window.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        window.release();
        pending.add(++last);
        publish(js, last, window);
        if (!refusals.isEmpty()) {
          Thread.sleep(REFUSED_PAUSE_MS);
        } else if (last % PAUSE_EVERY == 0) {
          Thread.sleep(PAUSE_MS);
        }
      }
    } catch (final IOException | IllegalStateException e) {
      // The connection is gone.
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void publish(final JetStream js, final long number, final Semaphore window)
      throws InterruptedException {
    window.acquire();
    js.publishAsync(
            stream + "." + number % 7,
            payload(number).getBytes(StandardCharsets.US_ASCII),
            PublishOptions.builder().messageId(stream + "-" + number).build())
        .whenComplete(
            (ack, error) -> {
              if (ack != null) {
                onAcknowledged(number, ack);
              } else {
                onRefused(error);
              }
              window.release();
            });
  }

  private static String payload(final long number) {
    return number + ":" + "x".repeat((int) (number * 7919 % PADDING_MAX));
  }

  static long number(final Message message) {
    final String text = new String(message.getData(), StandardCharsets.US_ASCII);
    final long number = Long.parseLong(text.substring(0, text.indexOf(':')));
    assertEquals(payload(number), text);
    return number;
  }

  private void onAcknowledged(final long number, final PublishAck ack) {
    final Long before = acknowledged.put(number, ack.getSeqno());
    if (before != null && before != ack.getSeqno()) {
      violation = "%s %d: acknowledged as %d and %s".formatted(stream, number, before, ack);
    }
    pending.remove(number);
  }

  private void onRefused(final Throwable refusal) {
    Throwable cause = refusal;
    while (cause.getCause() != null && !(cause instanceof JetStreamApiException)) {
      cause = cause.getCause();
    }
    if (cause instanceof final JetStreamApiException refused) {
      refusals.merge(refused.getApiErrorCode(), 1, Integer::sum);
    }
  }

  /** Until nothing is left that was not acknowledged. */
  void publishPending(final Connection connection) throws Exception {
    final JetStream js = connection.jetStream();
    for (final long number : List.copyOf(pending)) {
      onAcknowledged(
          number,
          js.publish(
              stream + "." + number % 7,
              payload(number).getBytes(StandardCharsets.US_ASCII),
              PublishOptions.builder().messageId(stream + "-" + number).build()));
    }
    assertEquals("", violation);
  }

  /** The stream has each acknowledged message where its acknowledgement says, and none twice. */
  void assertAllThere(final Connection connection) throws Exception {
    final Map<Long, Long> found = new HashMap<>();
    final long count =
        connection.jetStreamManagement().getStreamInfo(stream).getStreamState().getMsgCount();
    final var reader =
        connection
            .getStreamContext(stream)
            .createOrderedConsumer(new OrderedConsumerConfiguration());
    try (var messages = reader.iterate()) {
      for (long left = count; left > 0; left--) {
        final Message message = messages.nextMessage(PATIENCE);
        assertTrue(message != null, stream + ": a message cannot be read, left=" + left);
        final long sequence = message.metaData().streamSequence();
        final Long before = found.put(number(message), sequence);
        assertTrue(before == null, () -> stream + ": stored twice: " + before + ", " + sequence);
      }
    }
    assertEquals(found, acknowledged, stream);
  }
}
