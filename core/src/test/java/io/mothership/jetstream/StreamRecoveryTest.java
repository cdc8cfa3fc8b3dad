package io.mothership.jetstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.fleet.streams.FleetStreams;
import io.mothership.frame.FrameView;
import io.mothership.frame.codec.RecordType;
import io.mothership.jetstream.model.JetStreamConfig;
import io.mothership.jetstream.model.StreamConfig;
import io.mothership.jetstream.stream.Stream;
import io.mothership.jetstream.stream.StreamPeek;
import io.mothership.journal.JournalReader;
import java.util.List;
import org.junit.jupiter.api.Test;

final class StreamRecoveryTest {
  private static final long SECOND_NS = 1_000_000_000L;
  private static final String INTERVAL = ",\"metadata\":{\"mothership.sync\":\"interval\"}";

  private final StreamFixture js = new StreamFixture();

  @Test
  void shouldComeBackAsItWas() {
    js.create("A", "\"subjects\":[\"a.*\"],\"max_msgs\":5,\"description\":\"one\"");
    js.create("B", "\"subjects\":[\"b.*\"],\"max_msgs_per_subject\":2");
    js.create("GONE", "\"subjects\":[\"gone\"]");
    for (int i = 0; i < 20; i++) {
      js.clock().advanceNs(1000);
      js.publish("a." + i % 4, "x" + i, "Nats-Msg-Id: " + i);
      js.publish("b." + i % 4, "y" + i);
      js.publish("gone", "z");
    }
    js.request("STREAM.MSG.DELETE.B", "{\"seq\":17}");
    js.request("STREAM.PURGE.A", "{\"filter\":\"a.3\"}");
    js.request("STREAM.DELETE.GONE", "");
    js.request(
        "STREAM.UPDATE.A",
        "{\"name\":\"A\",\"subjects\":[\"a.*\",\"aa\"],\"max_msgs\":2,\"description\":\"two\"}");
    js.publish("aa", "after", "Nats-Msg-Id: last");
    final String before = js.state();
    js.restart();
    assertEquals(before, js.state());
    js.powerCut();
    assertEquals(before, js.state());
    assertTrue(js.publish("aa", "x", "Nats-Msg-Id: last").contains("\"duplicate\": true"));
    assertTrue(js.publish("aa", "x", "Nats-Expected-Last-Msg-Id: last").contains("\"seq\":22"));
    assertTrue(js.request("STREAM.MSG.GET.A", "{\"seq\":21}").contains("YWZ0ZXI="));
    assertEquals("", js.publish("gone", "x").replaceAll("(?s)NATS/1.0 503.*", ""));
  }

  @Test
  void shouldLoseNothingAcknowledgedAtAPowerCut() {
    js.create("A", "\"subjects\":[\"a\"]");
    js.publish("a", "acknowledged");
    js.send("a", "1", "in flight");
    js.spine().step();
    js.powerCut();
    assertEquals(1, js.stream("A").messageCount());
    assertTrue(js.publish("a", "x").contains("\"seq\":2}"));
  }

  @Test
  void shouldNotNameTwoMessagesWithOneSequenceAfterAPowerCut() {
    js.create("T", "\"subjects\":[\"t\"]" + INTERVAL);
    js.publish("t", "1");
    js.clock().advanceNs(SECOND_NS);
    js.step();
    js.publish("t", "2, lost");
    assertEquals(2, js.stream("T").committedSequence());
    js.powerCut();
    final Stream stream = js.stream("T");
    assertEquals(1, stream.messageCount());
    assertTrue(stream.lastSequence() >= 2);
    final String ack = js.publish("t", "3");
    assertTrue(ack.contains("\"seq\":" + (2 + StreamPeek.RESERVED_BLOCK) + "}"), ack);
    assertTrue(
        js.request("STREAM.INFO.T", "").contains("\"num_deleted\":" + StreamPeek.RESERVED_BLOCK));
  }

  @Test
  void shouldLeaveNoGapAfterAnOrderlyStop() {
    js.create("T", "\"subjects\":[\"t\"]" + INTERVAL);
    js.publish("t", "1");
    js.stopAndStart();
    assertTrue(js.publish("t", "2").contains("\"seq\":2}"));
  }

  @Test
  void shouldExpireWhatGrewOldWhileItWasStopped() {
    js.create("A", "\"subjects\":[\"a\"],\"max_age\":10000000000,\"allow_msg_ttl\":true");
    js.publish("a", "1");
    js.clock().advanceNs(6 * SECOND_NS);
    js.publish("a", "2");
    js.publish("a", "3", "Nats-TTL: 3");
    js.clock().advanceNs(5 * SECOND_NS);
    js.restart();
    assertEquals(1, js.stream("A").messageCount());
    js.clock().advanceNs(6 * SECOND_NS);
    js.step();
    assertEquals(0, js.stream("A").messageCount());
  }

  @Test
  void shouldForgetMemoryStreamsAndNeverUseTheirIdAgain() {
    js.create("M", "\"subjects\":[\"m\"],\"storage\":\"memory\"");
    js.publish("m", "x");
    final int id = js.stream("M").id();
    js.restart();
    assertTrue(js.jetStream().home().stream("M").isEmpty());
    assertEquals(0, js.jetStream().home().bytesUsed(StreamConfig.Storage.MEMORY));
    assertTrue(js.create("M", "\"subjects\":[\"m\"],\"storage\":\"memory\"").id() > id);
    assertTrue(js.publish("m", "x").contains("\"seq\":1}"));
  }

  @Test
  void shouldRememberIdsAcrossACheckpointAndAClockThatWasSetBack() {
    js.create("A", "\"subjects\":[\"a\"],\"duplicate_window\":5000000000");
    js.publish("a", "1", "Nats-Msg-Id: x");
    js.clock().stepWallNs(-3_600_000_000_000L);
    js.stopAndStart();
    js.publish("a", "2", "Nats-Msg-Id: y");
    js.restart();
    assertTrue(js.publish("a", "1", "Nats-Msg-Id: x").contains("duplicate"));
    js.clock().advanceNs(6_000_000_000L);
    assertTrue(js.publish("a", "3", "Nats-Msg-Id: x").contains("\"seq\":3}"));
  }

  @Test
  void shouldRememberAnIdThatWasUsedAgainWhileTheClockStoodStill() {
    js.create("A", "\"subjects\":[\"a\"],\"duplicate_window\":5000000000");
    js.publish("a", "1", "Nats-Msg-Id: x");
    js.clock().stepWallNs(-3_600_000_000_000L);
    js.clock().advanceNs(4_000_000_000L);
    js.stopAndStart();
    js.clock().advanceNs(2_000_000_000L);
    assertTrue(js.publish("a", "2", "Nats-Msg-Id: x").contains("\"seq\":2}"));
    js.restart();
    js.clock().advanceNs(2_000_000_000L);
    final String answer = js.publish("a", "2", "Nats-Msg-Id: x");
    assertTrue(answer.contains("\"seq\":2,\"duplicate\": true"), answer);
  }

  @Test
  void shouldSyncWhatComesAfterReservationsWereGivenBack() {
    js.create(
        "A", "\"subjects\":[\"a\"],\"metadata\":{\"" + StreamConfig.SYNC_KEY + "\":\"interval\"}");
    js.publish("a", "1");
    js.publish("a", "2");
    assertFalse(isLastMessageSynced());
    js.jetStream().onStopping();
    js.publish("a", "3");
    assertTrue(isLastMessageSynced());
  }

  private boolean isLastMessageSynced() {
    final FrameView frame = new FrameView();
    final JournalReader reader = js.journal().reader();
    boolean isSynced = false;
    for (int at = 0; reader.read(at, frame); at++) {
      isSynced = frame.recordType() == RecordType.MESSAGE ? frame.isSynced() : isSynced;
    }
    return isSynced;
  }

  @Test
  void shouldGoOnAboveAPurgeBeyondTheEnd() {
    js.create("A", "\"subjects\":[\"a\"]");
    js.publish("a", "x");
    js.request("STREAM.PURGE.A", "{\"seq\":1000}");
    js.restart();
    assertTrue(js.publish("a", "x").contains("\"seq\":1000}"));
  }

  /** Records stamped by a wrong clock must not make those before them old. */
  @Test
  void shouldNotAgeMessagesByAClockThatWasWrongForAWhile() {
    js.create("AGES", "\"subjects\":[\"ages.>\"],\"max_age\":3600000000000");
    for (int i = 0; i < 50; i++) {
      js.publish("ages.before", "");
    }
    final long monthNs = 30L * 24 * 3600 * 1_000_000_000L;
    js.clock().stepWallNs(monthNs);
    js.publish("ages.wrong", "");
    js.request(
        "STREAM.UPDATE.AGES",
        "{\"name\":\"AGES\",\"subjects\":[\"ages.>\"],\"max_age\":3500000000000}");
    js.clock().stepWallNs(-monthNs);
    assertEquals(51, js.stream("AGES").messageCount());
    js.restart();
    assertEquals(51, js.stream("AGES").messageCount());
  }

  @Test
  void shouldCreateTheAppliancesStreamsOnce() {
    final StreamFixture appliance =
        new StreamFixture(
            JetStreamConfig.defaults()
                .withDomain(FleetStreams.DOMAIN)
                .withOwn(FleetStreams.all(organization -> List.of())));
    assertEquals(5, appliance.jetStream().home().streams().size());
    final int records = appliance.journal().appendedCount();
    final String before = appliance.state();
    appliance.restart();
    assertEquals(before, appliance.state());
    assertEquals(records, appliance.journal().appendedCount());
    final String info = appliance.request("STREAM.INFO.CONSTELLATION_COMMANDS", "");
    assertTrue(
        info.contains(
            "\"config\":{\"name\":\"CONSTELLATION_COMMANDS\","
                + "\"subjects\":[\"constellation.commands.\\u003e\"],"
                + "\"retention\":\"workqueue\",\"max_consumers\":-1,\"max_msgs\":10000,"
                + "\"max_bytes\":33554432,\"max_age\":900000000000,"
                + "\"max_msgs_per_subject\":-1,\"max_msg_size\":32768,\"discard\":\"new\","
                + "\"storage\":\"file\",\"num_replicas\":1,\"duplicate_window\":60000000000,"
                + "\"compression\":\"none\",\"allow_direct\":false,\"mirror_direct\":false,"
                + "\"sealed\":false,\"deny_delete\":false,\"deny_purge\":false,"
                + "\"allow_rollup_hdrs\":false,\"consumer_limits\":{},\"allow_msg_ttl\":false,"
                + "\"metadata\":{"),
        info);
    assertFalse(info.contains("error"));
  }
}
