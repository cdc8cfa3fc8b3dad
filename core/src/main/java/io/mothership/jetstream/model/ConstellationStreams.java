package io.mothership.jetstream.model;

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
public final class ConstellationStreams {
  static final String ENTITIES = "CONSTELLATION_ENTITIES";
  static final String EVENTS = "CONSTELLATION_EVENTS";
  static final String TELEMETRY = "CONSTELLATION_TELEMETRY";
  public static final String COMMANDS = "CONSTELLATION_COMMANDS";

  private static final List<String> TEXTS =
      List.of(
          """
          {"name":"CONSTELLATION_ENTITIES","subjects":["constellation.entities.>"],
           "retention":"limits","max_msgs":100000,"max_bytes":268435456,
           "max_age":604800000000000,"max_msg_size":1048576,"discard":"old",
           "duplicate_window":120000000000,"allow_direct":true,"allow_rollup_hdrs":true}
          """,
          """
          {"name":"CONSTELLATION_EVENTS","subjects":["constellation.events.>"],
           "retention":"workqueue","max_msgs":50000,"max_bytes":134217728,
           "max_age":86400000000000,"max_msg_size":262144,"discard":"old",
           "duplicate_window":120000000000,"allow_direct":true}
          """,
          """
          {"name":"CONSTELLATION_TELEMETRY","subjects":["constellation.telemetry.>"],
           "retention":"limits","max_msgs":25000,"max_bytes":67108864,
           "max_age":3600000000000,"max_msg_size":65536,"discard":"old",
           "duplicate_window":30000000000,"allow_direct":true,"allow_rollup_hdrs":true}
          """,
          """
          {"name":"CONSTELLATION_COMMANDS","subjects":["constellation.commands.>"],
           "retention":"workqueue","max_msgs":10000,"max_bytes":33554432,
           "max_age":900000000000,"max_msg_size":32768,"discard":"new",
           "duplicate_window":60000000000}
          """);

  private ConstellationStreams() {}

  public static List<StreamConfig> all() {
    return TEXTS.stream()
        .map(
            text ->
                StreamConfig.parse(JsonReader.parse(text.getBytes(StandardCharsets.UTF_8)))
                    .checked())
        .toList();
  }
}
