package io.mothership.jetstream.api;

import io.mothership.clock.Rfc3339;
import io.mothership.frame.MessageView;
import io.mothership.frame.Slice;
import io.mothership.jetstream.consumer.Consumer;
import io.mothership.jetstream.consumer.ConsumerEvents;
import io.mothership.jetstream.model.ConsumerJson;
import io.mothership.jetstream.model.RandomIds;
import io.mothership.jetstream.stream.StreamHome;
import io.mothership.json.JsonText;
import java.util.function.UnaryOperator;

/**
 * Tells whoever listens on {@code $JS.EVENT.ADVISORY.CONSUMER.>} what happens to consumers and
 * their messages.
 *
 * <p><i>Thread:</i> ms-dispatch. <i>Allocates:</i> the event's subject, and its text if somebody
 * listens.
 */
public final class ConsumerAdvisories implements ConsumerEvents {
  private static final String PREFIX = "$JS.EVENT.ADVISORY.CONSUMER.";
  private static final String TYPE = "io.nats.jetstream.advisory.v1.";

  private final StreamHome home;
  private final RandomIds ids = new RandomIds();
  private final MessageView view = new MessageView();

  public ConsumerAdvisories(final StreamHome home) {
    this.home = home;
  }

  void onCreated(final Consumer consumer) {
    send(consumer, "CREATED", "consumer_action", json -> json.member("action", "create"));
  }

  @Override
  public void onDeleted(final Consumer consumer) {
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

  @Override
  public void onMaxDeliveries(final Consumer consumer, final long sequence, final long deliveries) {
    send(
        consumer,
        "MAX_DELIVERIES",
        "max_deliver",
        json -> json.member("stream_seq", sequence).member("deliveries", deliveries));
  }

  @Override
  public void onNak(
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

  @Override
  public void onTerminated(
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

  @Override
  public void onPinned(final Consumer consumer, final String pinId) {
    send(
        consumer,
        "PINNED",
        "consumer_group_pinned",
        json ->
            json.member("group", consumer.config().priorityGroups().getFirst())
                .member("pinned_id", pinId));
  }

  @Override
  public void onUnpinned(final Consumer consumer, final String reason) {
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
            .member("id", ids.text(22))
            .member("timestamp", Rfc3339.shortText(home.exchange().wallNs()))
            .member("stream", consumer.stream().name())
            .member("consumer", consumer.name());
    details.apply(json);
    json.memberIfAny("domain", home.config().domain());
    view.clear();
    view.subject().wrap(subject);
    view.payload().wrap(Slice.of(json.end().bytes()));
    home.exchange().route(accountId, view);
  }
}
