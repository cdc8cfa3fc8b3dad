package io.mothership.jetstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.fleet.streams.BroadcastFanOut;
import io.mothership.fleet.streams.FleetStreams;
import io.mothership.frame.Slice;
import io.mothership.jetstream.model.JetStreamConfig;
import io.mothership.jetstream.model.StreamConfig;
import io.mothership.jetstream.model.StreamDefinition;
import io.mothership.jetstream.stream.Stream;
import io.mothership.journal.SyncPolicy;
import io.mothership.json.JsonReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

final class BroadcastTest {
  private static final String BROADCAST = "constellation.commands.O.broadcast";

  private final StreamFixture js =
      new StreamFixture(
          JetStreamConfig.defaults()
              .withDomain(FleetStreams.DOMAIN)
              .withOwn(
                  FleetStreams.all(
                      organization ->
                          organization.equals("O") ? List.of("a", "b", "c") : List.of())));
  private final String commands = FleetStreams.COMMANDS;

  @Test
  void shouldBecomeOneCommandPerEntity() {
    final String ack = js.publish(BROADCAST, "{\"type\":\"land\"}", "Nats-Msg-Id: 7");
    assertTrue(ack.contains("\"seq\":4}"), ack);
    final Stream stream = js.stream(commands);
    assertEquals(3, stream.messageCount());
    for (final String entity : List.of("a", "b", "c")) {
      assertTrue(stream.lastOf(Slice.of("constellation.commands.O." + entity)) > 0);
    }
    assertEquals(0, stream.lastOf(Slice.of(BROADCAST)));
    final String before = js.state();
    js.powerCut();
    assertEquals(before, js.state());
    assertTrue(
        js.publish(BROADCAST, "x", "Nats-Msg-Id: 7").contains("\"seq\":4,\"duplicate\": true"));
  }

  @Test
  void shouldBeAcknowledgedOnlyWhenEverythingIsSynced() {
    js.received().clear();
    js.send(BROADCAST, "1", "x");
    js.spine().step();
    assertEquals(List.of(), js.received());
    js.step();
    assertEquals(1, js.received().size());
  }

  @Test
  void shouldReachEachEntityOnceWhenTriedAgainAfterACrashHalfWay() {
    for (int kept = 0; kept <= 5; kept++) {
      final StreamFixture fixture =
          new StreamFixture(
              JetStreamConfig.defaults()
                  .withDomain(FleetStreams.DOMAIN)
                  .withOwn(FleetStreams.all(organization -> List.of("a", "b", "c"))));
      final int before = fixture.journal().appendedCount();
      fixture.publish(BROADCAST, "x", "Nats-Msg-Id: 7");
      fixture.crashAfter(before + kept);
      final String ack = fixture.publish(BROADCAST, "x", "Nats-Msg-Id: 7");
      assertTrue(ack.contains("\"seq\":4"), kept + ": " + ack);
      assertEquals(3, fixture.stream(commands).messageCount(), "kept=" + kept);
    }
  }

  @Test
  void shouldBeRefusedWholeWhenThereIsNoRoom() {
    final StreamFixture small =
        new StreamFixture(
            JetStreamConfig.defaults()
                .withOwn(
                    List.of(
                        new StreamDefinition(
                            StreamConfig.parse(
                                    JsonReader.parse(
                                        """
                                        {"name":"C","subjects":["constellation.commands.>"],
                                         "retention":"workqueue","discard":"new","max_msgs":3}
                                        """
                                            .getBytes(StandardCharsets.UTF_8)))
                                .checked(),
                            SyncPolicy.ALWAYS,
                            new BroadcastFanOut(organization -> List.of("a", "b", "c")),
                            false))));
    assertTrue(small.publish(BROADCAST, "x").contains("10077"));
    assertEquals(0, small.stream("C").messageCount());
  }

  @Test
  void shouldLeaveOtherSubjectsAlone() {
    js.publish("constellation.commands.O.a.broadcast", "x");
    js.publish("constellation.commands.broadcast", "x");
    js.publish("constellation.commands.O.a", "x");
    assertEquals(3, js.stream(commands).messageCount());
  }
}
