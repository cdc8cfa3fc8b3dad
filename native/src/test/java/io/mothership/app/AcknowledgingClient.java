package io.mothership.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamSubscription;
import io.nats.client.Message;
import io.nats.client.PullSubscribeOptions;
import io.nats.client.api.ConsumerConfiguration;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.TimeoutException;

/**
 * Fetches from one durable consumer and acknowledges, mostly waiting for the confirmation. A
 * message whose acknowledgement was confirmed must never come again.
 */
final class AcknowledgingClient {
  private static final Duration FETCH_PATIENCE = Duration.ofMillis(200);
  private static final Duration ACK_PATIENCE = Duration.ofSeconds(5);
  private static final Duration ACK_WAIT = Duration.ofSeconds(2);
  private static final String NAME = "reader";
  private static final int BATCH = 40;
  private static final int UNCONFIRMED_SHARE = 9;

  private final String stream;

  /** Stream sequence of each message that came. */
  private final Map<Long, Long> delivered = new HashMap<>();

  private final ConcurrentSkipListSet<Long> confirmed = new ConcurrentSkipListSet<>();
  private final ConcurrentSkipListSet<Long> unconfirmed = new ConcurrentSkipListSet<>();
  private volatile String violation = "";

  AcknowledgingClient(final String stream) {
    this.stream = stream;
  }

  int confirmedCount() {
    return confirmed.size();
  }

  Map<Long, Long> delivered() {
    return delivered;
  }

  /** Until the connection breaks. */
  void work(final Connection connection) {
    try {
      final JetStreamSubscription subscription = subscribe(connection);
      while (violation.isEmpty()) {
        take(subscription.fetch(BATCH, FETCH_PATIENCE));
      }
    } catch (final IOException
        | JetStreamApiException
        | IllegalStateException
        | TimeoutException e) {
      // The connection is gone.
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private JetStreamSubscription subscribe(final Connection connection)
      throws IOException, JetStreamApiException {
    return connection
        .jetStream()
        .subscribe(
            stream + ".>",
            PullSubscribeOptions.builder().stream(stream)
                .durable(NAME)
                .configuration(
                    ConsumerConfiguration.builder().ackWait(ACK_WAIT).maxAckPending(500).build())
                .build());
  }

  private void take(final List<Message> messages) throws TimeoutException, InterruptedException {
    for (final Message message : messages) {
      final long sequence = message.metaData().streamSequence();
      final Long before = delivered.put(PublishingClient.number(message), sequence);
      if (before != null && before != sequence || confirmed.contains(sequence)) {
        violation = "%s: %d came again, before it was %s".formatted(stream, sequence, before);
        return;
      }
      unconfirmed.add(sequence);
      if (sequence % UNCONFIRMED_SHARE == 0) {
        message.ack();
      } else {
        message.ackSync(ACK_PATIENCE);
        confirmed.add(sequence);
        unconfirmed.remove(sequence);
      }
    }
  }

  /** After a start: the floor is where confirmed acknowledgements have brought it, or above. */
  void checkFloor(final Connection connection) throws Exception {
    assertEquals("", violation);
    final Long promised =
        unconfirmed.isEmpty()
            ? (confirmed.isEmpty() ? null : confirmed.last())
            : confirmed.lower(unconfirmed.first());
    if (promised == null) {
      return;
    }
    final long floor =
        connection
            .jetStreamManagement()
            .getConsumerInfo(stream, NAME)
            .getAckFloor()
            .getStreamSequence();
    assertTrue(
        floor >= promised, () -> "%s: floor=%d, promised=%d".formatted(stream, floor, promised));
  }

  /** Takes everything that is left. */
  void workOff(final Connection connection) throws Exception {
    final JetStreamSubscription subscription = subscribe(connection);
    while (connection.jetStreamManagement().getConsumerInfo(stream, NAME).getNumPending() > 0
        || connection.jetStreamManagement().getConsumerInfo(stream, NAME).getNumAckPending() > 0) {
      take(subscription.fetch(BATCH, FETCH_PATIENCE));
      assertEquals("", violation);
    }
  }
}
