package io.mothership.jetstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.fleet.streams.FleetStreams;
import io.mothership.jetstream.model.JetStreamConfig;
import io.mothership.jetstream.model.StreamDefinition;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The product's own streams cannot be taken away, and come back if they were. */
final class OwnStreamsTest {
  private static final List<StreamDefinition> OWN = FleetStreams.all(organization -> List.of());
  private static final String COMMANDS = FleetStreams.COMMANDS;
  private static final String CONTRACT =
      "\"name\":\"CONSTELLATION_COMMANDS\",\"subjects\":[\"constellation.commands.>\"],"
          + "\"retention\":\"workqueue\",\"discard\":\"new\"";

  private final StreamFixture js = new StreamFixture(JetStreamConfig.defaults().withOwn(OWN));

  @Test
  void shouldNotBeDeleted() {
    for (final StreamDefinition own : OWN) {
      final String answer = js.request("STREAM.DELETE." + own.config().name(), "");
      assertTrue(answer.contains("\"err_code\":10050"), answer);
    }
    assertEquals(OWN.size(), js.jetStream().home().streams().size());
    js.create("MINE", "\"subjects\":[\"mine\"]");
    assertTrue(js.request("STREAM.DELETE.MINE", "").contains("\"success\":true"));
  }

  @Test
  void shouldKeepWhatOthersCountOn() {
    for (final String breach :
        List.of(
            CONTRACT.replace("commands.>", "commands.x"),
            CONTRACT.replace("\"discard\":\"new\"", "\"discard\":\"old\""),
            CONTRACT + ",\"sealed\":true",
            CONTRACT + ",\"deny_delete\":true",
            CONTRACT + ",\"no_ack\":true",
            CONTRACT + ",\"max_msgs\":1",
            CONTRACT + ",\"max_age\":1000000000",
            CONTRACT + ",\"max_msgs_per_subject\":1",
            CONTRACT + ",\"max_consumers\":1",
            CONTRACT + ",\"metadata\":{\"mothership.sync\":\"interval\"}")) {
      final String answer = js.request("STREAM.UPDATE." + COMMANDS, "{" + breach + "}");
      assertTrue(answer.contains("\"err_code\":10052"), breach + ": " + answer);
    }
    assertEquals(10_000, js.stream(COMMANDS).config().messagesMax());
  }

  @Test
  void shouldGrowAndBeDescribed() {
    final String answer =
        js.request(
            "STREAM.UPDATE." + COMMANDS,
            "{" + CONTRACT + ",\"max_msgs\":20000,\"description\":\"ours\"}");
    assertTrue(answer.contains("\"max_msgs\":20000"), answer);
    js.restart();
    assertEquals(20_000, js.stream(COMMANDS).config().messagesMax());
    assertEquals(List.of(), js.jetStream().repaired());
  }

  @Test
  void shouldOnlyBePurgedOfWhatIsNamed() {
    js.publish("constellation.commands.O.a", "1");
    js.publish("constellation.commands.O.b", "2");
    for (final String body :
        List.of(
            "",
            "{}",
            "{\"keep\":1}",
            "{\"seq\":2}",
            "{\"filter\":\">\"}",
            "{\"filter\":\"constellation.>\"}",
            "{\"filter\":\"constellation.commands.>\"}")) {
      final String answer = js.request("STREAM.PURGE." + COMMANDS, body);
      assertTrue(answer.contains("\"err_code\":10110"), body + ": " + answer);
    }
    assertEquals(2, js.stream(COMMANDS).messageCount());
    assertTrue(
        js.request("STREAM.PURGE." + COMMANDS, "{\"filter\":\"constellation.commands.O.a\"}")
            .contains("\"purged\":1"));
  }

  @Test
  void shouldBeMadeAgainWhenOneIsGone() {
    js.configure(JetStreamConfig.defaults());
    js.restart();
    assertTrue(js.request("STREAM.DELETE." + COMMANDS, "").contains("\"success\":true"));
    assertTrue(
        js.request(
                "STREAM.UPDATE." + FleetStreams.EVENTS,
                "{\"name\":\"CONSTELLATION_EVENTS\",\"subjects\":[\"other\"],"
                    + "\"retention\":\"workqueue\"}")
            .contains("\"other\""));
    js.configure(JetStreamConfig.defaults().withOwn(OWN));
    js.restart();
    assertEquals(List.of(COMMANDS, FleetStreams.EVENTS), js.jetStream().repaired());
    assertTrue(js.publish("constellation.commands.O.a", "1").contains("\"seq\":1"));
    assertTrue(js.publish("constellation.events.O.a", "1").contains("CONSTELLATION_EVENTS"));
    js.restart();
    assertEquals(List.of(), js.jetStream().repaired());
    assertEquals(1, js.stream(COMMANDS).messageCount());
  }

  @Test
  void shouldNotCallAFirstStartOrANewReleaseAnError() {
    assertEquals(List.of(), js.jetStream().repaired());
    js.configure(JetStreamConfig.defaults());
    js.restart();
    js.request("STREAM.DELETE." + FleetStreams.OPERATIONS, "");
    js.configure(JetStreamConfig.defaults().withOwn(OWN));
    js.restart();
    assertEquals(List.of(), js.jetStream().repaired());
    assertEquals(OWN.size(), js.jetStream().home().streams().size());
  }
}
