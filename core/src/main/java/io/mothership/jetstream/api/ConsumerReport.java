package io.mothership.jetstream.api;

import io.mothership.clock.Rfc3339;
import io.mothership.jetstream.consumer.Consumer;
import io.mothership.jetstream.consumer.ConsumerAcks;
import io.mothership.jetstream.consumer.PullTarget;
import io.mothership.jetstream.model.ConsumerConfig;
import io.mothership.jetstream.model.ConsumerDraft;
import io.mothership.jetstream.model.ConsumerJson;
import io.mothership.json.JsonText;
import java.util.Map;
import java.util.TreeMap;

/** A consumer's state as {@code CONSUMER.INFO} shows it. <i>Thread:</i> ms-dispatch. Allocates. */
final class ConsumerReport {
  /** The level of the API that is spoken here. */
  static final int API_LEVEL = 5;

  private ConsumerReport() {}

  /** Writes the members; {@code serverVersion} is shown in the metadata unless empty. */
  static void write(final JsonText json, final Consumer consumer, final String serverVersion) {
    final ConsumerConfig config = consumer.config();
    final ConsumerAcks acks = consumer.acks();
    json.member("stream_name", consumer.stream().name())
        .member("name", consumer.name())
        .member("created", Rfc3339.shortText(consumer.createdNs()))
        .object("config");
    ConsumerJson.write(json, config, shownMetadata(config, serverVersion));
    json.end();
    writeSequence(
        json,
        "delivered",
        acks.deliveredConsumerSequence(),
        acks.deliveredSequence(),
        consumer.lastDeliveredNs());
    writeSequence(
        json, "ack_floor", acks.floorConsumerSequence(), acks.floorSequence(), acks.lastAckNs());
    final int waiting = consumer.target() instanceof PullTarget pull ? pull.waitingCount() : 0;
    json.member("num_ack_pending", consumer.ackPendingCount())
        .member("num_redelivered", acks.redeliveredCount())
        .member("num_waiting", waiting)
        .member("num_pending", consumer.numPending())
        .memberIfAny("push_bound", consumer.isPushBound());
    final long pauseNs = consumer.pauseRemainingNs();
    json.memberIfAny("paused", pauseNs > 0)
        .memberIfAny("pause_remaining", pauseNs)
        .member("ts", Rfc3339.shortText(consumer.exchange().wallNs()));
    if (!config.priorityGroups().isEmpty() && consumer.target() instanceof PullTarget pull) {
      json.array("priority_groups")
          .object()
          .member("group", config.priorityGroups().getFirst())
          .memberIfAny("pinned_client_id", pull.pinId())
          .member("pinned_ts", Rfc3339.shortText(pull.pinnedAtNs()))
          .end()
          .endArray();
    }
  }

  private static void writeSequence(
      final JsonText json,
      final String name,
      final long consumerSequence,
      final long streamSequence,
      final long lastActiveNs) {
    json.object(name).member("consumer_seq", consumerSequence).member("stream_seq", streamSequence);
    if (lastActiveNs != 0) {
      json.member("last_active", Rfc3339.shortText(lastActiveNs));
    }
    json.end();
  }

  private static Map<String, String> shownMetadata(
      final ConsumerConfig config, final String serverVersion) {
    if (serverVersion.isEmpty()) {
      return config.metadata();
    }
    final Map<String, String> shown = new TreeMap<>(config.metadata());
    shown.put(ConsumerDraft.VERSION_KEY, serverVersion);
    shown.put(ConsumerDraft.LEVEL_KEY, Integer.toString(API_LEVEL));
    return shown;
  }
}
