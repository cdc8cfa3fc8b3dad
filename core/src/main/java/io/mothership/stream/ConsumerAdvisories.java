package io.mothership.stream;

import io.mothership.bus.MessageView;
import io.mothership.bus.Slice;
import io.mothership.json.JsonText;
import java.util.function.UnaryOperator;

/**
 * Tells whoever listens on {@code $JS.EVENT.ADVISORY.CONSUMER.>} what happens to consumers and
 * their messages.
 *
 * <p><i>Thread:</i> ms-dispatch. <i>Allocates:</i> the event's subject, and its text if somebody
 * listens.
 */
final class ConsumerAdvisories {
  private static final String PREFIX = "$JS.EVENT.ADVISORY.CONSUMER.";
  private static final String TYPE = "io.nats.jetstream.advisory.v1.";

  private final Consumers home;
  private final MessageView view = new MessageView();

  ConsumerAdvisories(final Consumers home) {
    this.home = home;
  }

  void onCreated(final Consumer consumer) {
    send(consumer, "CREATED", "consumer_action", json -> json.member("action", "create"));
  }

  void onDeleted(final Consumer consumer) {
    send(consumer, "DELETED", "consumer_action", json -> json.member("action", "delete"));
  }

  void onPause(final Consumer consumer) {
    send(
        consumer,
        "PAUSE",
        "consumer_pause",
        json ->
            json.member("paused", consumer.pauseRemainingNs() > 0)
                .member(
                    "pause_until",
                    consumer
                        .config()
                        .pauseUntil()
                        .map(ConsumerJson::timeText)
                        .orElse(Rfc3339.ZERO)));
  }

  void onMaxDeliveries(final Consumer consumer, final long sequence, final long deliveries) {
    send(
        consumer,
        "MAX_DELIVERIES",
        "max_deliver",
        json -> json.member("stream_seq", sequence).member("deliveries", deliveries));
  }

  void onNak(
      final Consumer consumer,
      final long sequence,
      final long consumerSequence,
      final long deliveries) {
    send(
        consumer,
        "MSG_NAKED",
        "nak",
        json ->
            json.member("consumer_seq", consumerSequence)
                .member("stream_seq", sequence)
                .member("deliveries", deliveries));
  }

  void onTerminated(
      final Consumer consumer,
      final long sequence,
      final long consumerSequence,
      final long deliveries,
      final String reason) {
    send(
        consumer,
        "MSG_TERMINATED",
        "terminated",
        json ->
            json.member("consumer_seq", consumerSequence)
                .member("stream_seq", sequence)
                .member("deliveries", deliveries)
                .memberIfAny("reason", reason));
  }

  void onPinned(final Consumer consumer, final String pinId) {
    send(
        consumer,
        "PINNED",
        "consumer_group_pinned",
        json ->
            json.member("group", consumer.config().priorityGroups().getFirst())
                .member("pinned_id", pinId));
  }

  void onUnpinned(final Consumer consumer, final String reason) {
    send(
        consumer,
        "UNPINNED",
        "consumer_group_unpinned",
        json ->
            json.member("group", consumer.config().priorityGroups().getFirst())
                .member("reason", reason));
  }

  private void send(
      final Consumer consumer,
      final String event,
      final String type,
      final UnaryOperator<JsonText> details) {
    final Slice subject =
        Slice.of(PREFIX + event + "." + consumer.stream().name() + "." + consumer.name());
    final int accountId = consumer.stream().accountId();
    if (!home.isLive() || !home.exchange().hasInterest(accountId, subject)) {
      return;
    }
    final JsonText json =
        new JsonText()
            .object()
            .member("type", TYPE + type)
            .member("id", home.randomId(22))
            .member("timestamp", Rfc3339.text(home.exchange().wallNs()))
            .member("stream", consumer.stream().name())
            .member("consumer", consumer.name());
    details.apply(json);
    json.memberIfAny("domain", home.domain());
    view.clear();
    view.subject().wrap(subject);
    view.payload().wrap(Slice.of(json.end().bytes()));
    home.exchange().route(accountId, view);
  }
}
