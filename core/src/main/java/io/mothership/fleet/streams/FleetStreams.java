package io.mothership.fleet.streams;

import io.mothership.fleet.FleetSubjects.Family;
import io.mothership.jetstream.model.PublishHook;
import io.mothership.jetstream.model.StreamConfig;
import io.mothership.jetstream.model.StreamDefinition;
import io.mothership.journal.SyncPolicy;
import io.mothership.json.JsonReader;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The appliance's own streams, as its clients know them.
 *
 * <p>Telemetry has the first release's numbers (25,000 messages, 64 MiB, 1 h, 64 KiB each) but
 * {@code limits} retention instead of {@code interest}, which would keep nothing while nobody
 * listens.
 */
public final class FleetStreams {
  /** The JetStream domain that the contract names. */
  public static final String DOMAIN = "constellation";

  public static final String ENTITIES = "CONSTELLATION_ENTITIES";
  public static final String EVENTS = "CONSTELLATION_EVENTS";
  public static final String TELEMETRY = "CONSTELLATION_TELEMETRY";
  public static final String COMMANDS = "CONSTELLATION_COMMANDS";
  public static final String OPERATIONS = "CONSTELLATION_OPERATIONS";

  private static final String ENTITIES_TEXT =
      """
      "retention":"limits","max_msgs":100000,"max_bytes":268435456,
      "max_age":604800000000000,"max_msg_size":1048576,"discard":"old",
      "duplicate_window":120000000000,"allow_direct":true,"allow_rollup_hdrs":true
      """;
  private static final String EVENTS_TEXT =
      """
      "retention":"workqueue","max_msgs":50000,"max_bytes":134217728,
      "max_age":86400000000000,"max_msg_size":262144,"discard":"old",
      "duplicate_window":120000000000,"allow_direct":true
      """;
  private static final String TELEMETRY_TEXT =
      """
      "retention":"limits","max_msgs":25000,"max_bytes":67108864,
      "max_age":3600000000000,"max_msg_size":65536,"discard":"old",
      "duplicate_window":30000000000,"allow_direct":true,"allow_rollup_hdrs":true
      """;
  private static final String COMMANDS_TEXT =
      """
      "retention":"workqueue","max_msgs":10000,"max_bytes":33554432,
      "max_age":900000000000,"max_msg_size":32768,"discard":"new",
      "duplicate_window":60000000000
      """;
  private static final String OPERATIONS_TEXT =
      """
      "retention":"limits","max_bytes":268435456,
      "max_age":604800000000000,"max_msg_size":1048576,"discard":"old",
      "duplicate_window":120000000000,"allow_direct":true
      """;

  private FleetStreams() {}

  /** All of them; a broadcast command reaches {@code targets}. */
  public static List<StreamDefinition> all(final BroadcastTargets targets) {
    return List.of(
        own(ENTITIES, Family.ENTITIES, ENTITIES_TEXT, SyncPolicy.ALWAYS),
        own(EVENTS, Family.EVENTS, EVENTS_TEXT, SyncPolicy.ALWAYS),
        own(TELEMETRY, Family.TELEMETRY, TELEMETRY_TEXT, SyncPolicy.INTERVAL),
        own(COMMANDS, Family.COMMANDS, COMMANDS_TEXT, SyncPolicy.ALWAYS)
            .withHook(new BroadcastFanOut(targets)),
        own(OPERATIONS, Family.OPERATIONS, OPERATIONS_TEXT, SyncPolicy.ALWAYS).asAddedLater());
  }

  private static StreamDefinition own(
      final String name, final Family family, final String limits, final SyncPolicy sync) {
    final String text =
        "{\"name\":\"" + name + "\",\"subjects\":[\"" + family.all() + "\"]," + limits + "}";
    final StreamConfig config =
        StreamConfig.parse(JsonReader.parse(text.getBytes(StandardCharsets.UTF_8))).checked();
    return new StreamDefinition(config, sync, PublishHook.NONE, false);
  }
}
