package io.mothership.alien;

import io.nats.client.Connection;
import io.nats.client.FetchConsumeOptions;
import io.nats.client.FetchConsumer;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.Message;
import io.nats.client.OrderedConsumerContext;
import io.nats.client.api.DeliverPolicy;
import io.nats.client.api.OrderedConsumerConfiguration;
import io.nats.client.api.RetentionPolicy;
import io.nats.client.impl.Headers;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What the server holds of this device's messages, asked when a link begins.
 *
 * <p>A message can be stored and its acknowledgement lost. Sent again it is a duplicate to the
 * server, but only within the stream's duplicate window, which is shorter than many outages. So
 * before anything is sent again, the ids stored since the last acknowledged sequence are read back.
 *
 * <p><em>Thread:</em> reading on ms-alien-link, {@link #acknowledged} any.
 */
final class StoredMessages {

  static final String MESSAGE_ID = "Nats-Msg-Id";

  private static final int FETCH_COUNT = 512;
  private static final long FETCH_EXPIRES_MS = 2_000;

  private final Map<String, Long> acknowledgedSequences = new ConcurrentHashMap<>();

  /** Notes the highest sequence known of a subject. */
  void acknowledged(final String subject, final long sequence) {
    acknowledgedSequences.merge(subject, sequence, Math::max);
  }

  /**
   * Settles what was sent on an earlier link and is stored; a stream that cannot be asked is left
   * out.
   */
  void settle(final Connection connection, final OutgoingWindow window)
      throws InterruptedException {
    final Map<String, Map<String, Long>> positions = new HashMap<>();
    for (final long position : window.sentPositions()) {
      final OutgoingWindow.Message message = window.message(position);
      if (message != null) {
        positions
            .computeIfAbsent(message.subject(), subject -> new HashMap<>())
            .put(message.id(), position);
      }
    }
    for (final Map.Entry<String, Map<String, Long>> entry : positions.entrySet()) {
      try {
        settle(connection, window, entry.getKey(), entry.getValue());
      } catch (final IOException | JetStreamApiException e) {
        // Sending again and the duplicate window have to do.
        continue;
      }
    }
  }

  private void settle(
      final Connection connection,
      final OutgoingWindow window,
      final String subject,
      final Map<String, Long> positions)
      throws IOException, JetStreamApiException, InterruptedException {
    final JetStreamManagement streams = connection.jetStreamManagement();
    final List<String> names = streams.getStreamNames(subject);
    // Messages of a work queue may have been taken already, and a reader would be in the workers'
    // way.
    if (names.isEmpty()
        || streams.getStreamInfo(names.getFirst()).getConfiguration().getRetentionPolicy()
            != RetentionPolicy.Limits) {
      return;
    }
    final OrderedConsumerContext consumer =
        connection
            .getStreamContext(names.getFirst())
            .createOrderedConsumer(
                new OrderedConsumerConfiguration()
                    .filterSubject(subject)
                    .deliverPolicy(DeliverPolicy.ByStartSequence)
                    .startSequence(acknowledgedSequences.getOrDefault(subject, 0L) + 1)
                    .headersOnly(true));
    int fetchedCount = FETCH_COUNT;
    while (fetchedCount == FETCH_COUNT) {
      fetchedCount = 0;
      try (FetchConsumer fetched = consumer.fetch(fetchOptions())) {
        for (Message m = fetched.nextMessage(); m != null; m = fetched.nextMessage()) {
          fetchedCount++;
          final Long position = id(m.getHeaders()).map(positions::get).orElse(null);
          if (position != null) {
            window.acknowledged(position, false);
          }
          acknowledged(subject, m.metaData().streamSequence());
        }
      } catch (final IOException | JetStreamApiException | InterruptedException e) {
        throw e;
      } catch (final Exception e) {
        throw new IOException(e);
      }
    }
  }

  /** The id of the last message stored under a subject, if there is one. */
  static Optional<String> lastId(final Connection connection, final String subject)
      throws IOException, JetStreamApiException {
    final JetStreamManagement streams = connection.jetStreamManagement();
    final List<String> names = streams.getStreamNames(subject);
    if (names.isEmpty()) {
      return Optional.empty();
    }
    try {
      return id(streams.getLastMessage(names.getFirst(), subject).getHeaders());
    } catch (final JetStreamApiException e) {
      if (e.getErrorCode() == 404) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private static Optional<String> id(final Headers headers) {
    return headers == null ? Optional.empty() : Optional.ofNullable(headers.getFirst(MESSAGE_ID));
  }

  private static FetchConsumeOptions fetchOptions() {
    return FetchConsumeOptions.builder()
        .maxMessages(FETCH_COUNT)
        .expiresIn(FETCH_EXPIRES_MS)
        .noWait()
        .build();
  }
}
