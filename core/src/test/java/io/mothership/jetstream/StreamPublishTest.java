package io.mothership.jetstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.fleet.streams.FleetStreams;
import io.mothership.frame.FrameView;
import io.mothership.frame.codec.RecordType;
import io.mothership.jetstream.model.JetStreamConfig;
import io.mothership.jetstream.model.JetStreamLimits;
import io.mothership.jetstream.stream.Stream;
import io.mothership.jetstream.stream.StreamPeek;
import io.mothership.journal.Journal;
import io.mothership.journal.JournalReader;
import io.mothership.journal.SyncPolicy;
import java.util.List;
import org.junit.jupiter.api.Test;

final class StreamPublishTest {
  private static final long SECOND_NS = 1_000_000_000L;

  private final StreamFixture js = new StreamFixture();

  @Test
  void shouldAcknowledgeWithStreamDomainAndSequence() {
    js.create("S", "\"subjects\":[\"s.>\"]");
    assertEquals(
        "{\"stream\":\"S\", \"domain\":\"constellation\", \"seq\":1}", js.publish("s.a", "x"));
    assertEquals(
        "{\"stream\":\"S\", \"domain\":\"constellation\", \"seq\":2}", js.publish("s.b", "x"));
  }

  @Test
  void shouldAcknowledgeOnlyWhatIsSynced() {
    final Stream stream = js.create("S", "\"subjects\":[\"s\"]");
    js.received().clear();
    js.send("s", "1", "x");
    js.spine().step();
    assertEquals(1, stream.lastSequence());
    assertEquals(0, stream.committedSequence());
    js.spine().step();
    assertEquals(List.of(), js.received());
    js.step();
    assertEquals(1, stream.committedSequence());
    assertEquals(1, js.received().size());
  }

  @Test
  void shouldAcknowledgeAnIntervalStreamOnceAppended() {
    js.create("S", "\"subjects\":[\"s\"],\"metadata\":{\"mothership.sync\":\"interval\"}");
    js.publish("s", "makes the reservation");
    final int synced = js.journal().syncedCount();
    assertTrue(js.publish("s", "x").contains("\"seq\":2"));
    assertEquals(synced, js.journal().syncedCount());
  }

  /** Its row is deleted then, and nothing else knows the event. */
  @Test
  void shouldAcknowledgeAnEventOfTheOutboxOnceSynced() {
    js.create("S", "\"subjects\":[\"s\"],\"metadata\":{\"mothership.sync\":\"interval\"}");
    js.publish("s", "makes the reservation");
    js.send(7, "s", "ack", "");
    js.step();
    js.powerCut();
    assertEquals(2, js.stream("S").messageCount());
  }

  /** A record that the journal kept without the event would say that it has the event. */
  @Test
  void shouldNameTheRowOfTheOutboxInItsEventOnly() {
    js.create("S", "\"subjects\":[\"s\"],\"metadata\":{\"mothership.sync\":\"interval\"}");
    js.send(7, "s", "ack", "");
    js.step();
    final FrameView frame = new FrameView();
    long highest = 0;
    try (JournalReader reader = js.journal().reader()) {
      for (long at = reader.first(); at != Journal.NOWHERE; at = reader.next(at)) {
        assertTrue(reader.read(at, frame));
        highest = Math.max(highest, frame.outboxId());
        assertTrue(
            frame.outboxId() == 0 || frame.recordType() == RecordType.MESSAGE,
            () -> "record: " + frame.recordType());
      }
    }
    assertEquals(7, highest);
  }

  @Test
  void shouldAcknowledgeByTheConfiguredPolicyUnlessMetadataSayOtherwise() {
    final StreamFixture lenient =
        new StreamFixture(JetStreamConfig.defaults().withSync(SyncPolicy.INTERVAL));
    assertEquals(SyncPolicy.INTERVAL, lenient.create("S", "\"subjects\":[\"s\"]").sync());
    assertEquals(
        SyncPolicy.ALWAYS,
        lenient
            .create("T", "\"subjects\":[\"t\"],\"metadata\":{\"mothership.sync\":\"always\"}")
            .sync());
    final StreamFixture strict =
        new StreamFixture(
            JetStreamConfig.defaults()
                .withOwn(FleetStreams.all(organization -> List.of()))
                .withSync(SyncPolicy.ALWAYS));
    assertEquals(SyncPolicy.ALWAYS, strict.stream(FleetStreams.TELEMETRY).sync());
    final StreamFixture standard =
        new StreamFixture(
            JetStreamConfig.defaults().withOwn(FleetStreams.all(organization -> List.of())));
    assertEquals(SyncPolicy.INTERVAL, standard.stream(FleetStreams.TELEMETRY).sync());
    assertEquals(SyncPolicy.ALWAYS, standard.stream(FleetStreams.OPERATIONS).sync());
  }

  @Test
  void shouldNotStoreAMessageTwice() {
    final Stream stream = js.create("S", "\"subjects\":[\"s\"]");
    js.publish("s", "x", "Nats-Msg-Id: one");
    assertEquals(
        "{\"stream\":\"S\", \"domain\":\"constellation\", \"seq\":1,\"duplicate\": true}",
        js.publish("s", "x", "Nats-Msg-Id:one"));
    assertEquals(1, stream.messageCount());
    js.clock().advanceNs(121 * SECOND_NS);
    assertTrue(js.publish("s", "x", "Nats-Msg-Id: one").contains("\"seq\":2}"));
  }

  @Test
  void shouldSayDuplicateOnlyWhenTheOriginalIsCommitted() {
    js.create("S", "\"subjects\":[\"s\"]");
    js.received().clear();
    js.send("s", "1", "x", "Nats-Msg-Id: one");
    js.send("s", "2", "x", "Nats-Msg-Id: one");
    js.spine().step();
    assertEquals(List.of(), js.received());
    js.step();
    assertEquals(2, js.received().size());
    assertFalse(js.received().get(0).contains("duplicate"));
    assertTrue(js.received().get(1).contains("\"duplicate\": true"));
  }

  @Test
  void shouldCheckWhatThePublisherExpects() {
    js.create("S", "\"subjects\":[\"s.*\"]");
    assertRefused(400, 10060, "expected stream does not match", "Nats-Expected-Stream: T");
    assertRefused(400, 10071, "wrong last sequence: 0", "Nats-Expected-Last-Sequence: 3");
    assertRefused(400, 10071, "wrong last sequence: 0", "Nats-Expected-Last-Subject-Sequence: 3");
    assertRefused(
        400,
        10193,
        "missing sequence for expected last sequence per subject",
        "Nats-Expected-Last-Subject-Sequence-Subject: s.a");
    assertRefused(400, 10070, "wrong last msg ID: ", "Nats-Expected-Last-Msg-Id: q");
    assertTrue(
        js.publish(
                "s.a",
                "x",
                "Nats-Expected-Stream: S",
                "Nats-Expected-Last-Sequence: 0",
                "Nats-Expected-Last-Subject-Sequence: 0",
                "Nats-Msg-Id: q")
            .contains("\"seq\":1}"));
    assertTrue(js.publish("s.b", "x", "Nats-Expected-Last-Msg-Id: q").contains("\"seq\":2}"));
    assertTrue(
        js.publish(
                "s.b",
                "x",
                "Nats-Expected-Last-Subject-Sequence: 1",
                "Nats-Expected-Last-Subject-Sequence-Subject: s.a")
            .contains("\"seq\":3}"));
    assertTrue(
        js.publish(
                "s.b",
                "x",
                "Nats-Expected-Last-Subject-Sequence: 3",
                "Nats-Expected-Last-Subject-Sequence-Subject: s.*")
            .contains("\"seq\":4}"));
  }

  private void assertRefused(
      final int code, final int errorCode, final String text, final String header) {
    assertEquals(
        "{\"error\":{\"code\":"
            + code
            + ",\"err_code\":"
            + errorCode
            + ",\"description\":\""
            + text
            + "\"},\"stream\":\"S\",\"seq\":0}",
        js.publish("s.a", "x", header));
  }

  @Test
  void shouldRefuseWhatIsTooLarge() {
    js.create("S", "\"subjects\":[\"s\"],\"max_msg_size\":10");
    assertTrue(js.publish("s", "12345678901").contains("10054"));
    assertTrue(js.publish("s", "1234567890").contains("\"seq\":1"));
  }

  @Test
  void shouldRefuseNewMessagesWhenFullIfConfiguredSo() {
    js.create(
        "S",
        "\"subjects\":[\"s.*\"],\"discard\":\"new\",\"max_msgs\":2,"
            + "\"max_msgs_per_subject\":1");
    js.publish("s.a", "x");
    js.publish("s.b", "x");
    assertEquals(
        "{\"error\":{\"code\":503,\"err_code\":10077,"
            + "\"description\":\"maximum messages exceeded\"},\"stream\":\"S\",\"seq\":0}",
        js.publish("s.c", "x"));
    assertTrue(js.publish("s.a", "replaces").contains("\"seq\":3"));
    assertEquals(2, js.stream("S").messageCount());
    assertEquals(2, js.stream("S").firstSequence());
  }

  @Test
  void shouldRefuseNewMessagesPerSubjectIfConfiguredSo() {
    js.create(
        "S",
        "\"subjects\":[\"s.*\"],\"discard\":\"new\",\"discard_new_per_subject\":true,"
            + "\"max_msgs_per_subject\":1");
    js.publish("s.a", "x");
    assertTrue(
        js.publish("s.a", "x").contains("10077,\"description\":\"maximum messages per subject"));
    assertTrue(js.publish("s.b", "x").contains("\"seq\":2"));
  }

  @Test
  void shouldKeepLimitsByDroppingTheOldest() {
    final Stream messages = js.create("M", "\"subjects\":[\"m\"],\"max_msgs\":3");
    final Stream bytes = js.create("B", "\"subjects\":[\"b\"],\"max_bytes\":100");
    final Stream perSubject = js.create("P", "\"subjects\":[\"p.*\"],\"max_msgs_per_subject\":2");
    for (int i = 0; i < 10; i++) {
      js.publish("m", "x");
      js.publish("b", "0123456789");
      js.publish("p." + i % 3, "x");
    }
    assertEquals(3, messages.messageCount());
    assertEquals(8, messages.firstSequence());
    assertEquals(2, bytes.messageCount(), "41 bytes each");
    assertEquals(6, perSubject.messageCount());
  }

  @Test
  void shouldDropByAgeOnTheMonotonicClock() {
    final Stream stream = js.create("S", "\"subjects\":[\"s\"],\"max_age\":10000000000");
    js.publish("s", "1");
    js.clock().advanceNs(6 * SECOND_NS);
    js.publish("s", "2");
    js.clock().advanceNs(5 * SECOND_NS);
    js.step();
    assertEquals(2, stream.firstSequence());
    js.clock().stepWallNs(1000 * SECOND_NS);
    js.step();
    assertEquals(1, stream.messageCount(), "a step of the wall clock drops nothing");
    js.clock().advanceNs(6 * SECOND_NS);
    js.step();
    assertEquals(0, stream.messageCount());
    assertEquals(3, stream.firstSequence());
  }

  @Test
  void shouldDropByTheMessagesOwnTtl() {
    final Stream stream = js.create("S", "\"subjects\":[\"s\"],\"allow_msg_ttl\":true");
    js.publish("s", "keeps");
    js.publish("s", "goes", "Nats-TTL: 2");
    js.publish("s", "goes", "Nats-TTL: 1s");
    js.publish("s", "keeps", "Nats-TTL: never");
    assertTrue(js.publish("s", "x", "Nats-TTL: 10ms").contains("10165"));
    js.clock().advanceNs(SECOND_NS + SECOND_NS / 100);
    js.step();
    assertEquals(3, stream.messageCount());
    js.clock().advanceNs(SECOND_NS);
    js.step();
    assertEquals(2, stream.messageCount());
    assertTrue(stream.index().isPresent(1) && stream.index().isPresent(4));
  }

  @Test
  void shouldForgetTheTtlOfWhatWasDisplaced() {
    final Stream stream =
        js.create("KV", "\"subjects\":[\"k.>\"],\"allow_msg_ttl\":true,\"max_msgs_per_subject\":1");
    js.publish("k.0", "", "Nats-TTL: 1h");
    final long bytes = StreamPeek.expiryHeapBytes(stream);
    for (int i = 0; i < 500; i++) {
      js.publish("k." + i % 5, "", "Nats-TTL: 1h");
    }
    assertEquals(bytes, StreamPeek.expiryHeapBytes(stream));
    js.clock().advanceNs(3601 * SECOND_NS);
    js.step();
    assertEquals(0, stream.messageCount());
  }

  @Test
  void shouldMarkASubjectWhoseLastMessageGrewTooOld() {
    final Stream stream =
        js.create(
            "S",
            "\"subjects\":[\"s.*\"],\"max_age\":5000000000,\"allow_direct\":true,"
                + "\"subject_delete_marker_ttl\":2000000000");
    js.publish("s.a", "1");
    js.publish("s.a", "2");
    js.clock().advanceNs(5 * SECOND_NS + SECOND_NS / 100);
    js.step();
    assertEquals(1, stream.messageCount());
    final String marker = js.request("DIRECT.GET.S.s.a", "");
    assertTrue(
        marker.startsWith(
            "NATS/1.0\r\nNats-Marker-Reason: MaxAge\r\nNats-TTL: 2s\r\nNats-Rollup: sub\r\n"),
        marker);
    final String before = js.state();
    js.restart();
    assertEquals(before, js.state());
    js.clock().advanceNs(2 * SECOND_NS + SECOND_NS / 100);
    js.step();
    assertEquals(0, js.stream("S").messageCount(), "a marker leaves no marker");
  }

  @Test
  void shouldKeepByAgeWhatNeverGoes() {
    final Stream stream =
        js.create("S", "\"subjects\":[\"s\"],\"max_age\":1000000000,\"allow_msg_ttl\":true");
    js.publish("s", "keeps", "Nats-TTL: never");
    js.publish("s", "goes");
    js.clock().advanceNs(2 * SECOND_NS);
    js.step();
    assertEquals(1, stream.firstSequence());
    assertEquals(1, stream.messageCount());
  }

  @Test
  void shouldLeaveNoMarkerOfAPurgedKey() {
    final Stream stream =
        js.create("S", "\"subjects\":[\"s.*\"],\"subject_delete_marker_ttl\":5000000000");
    js.publish("s.a", "", "KV-Operation: PURGE", "Nats-TTL: 6");
    js.publish("s.b", "", "KV-Operation: DEL", "Nats-TTL: 6");
    js.clock().advanceNs(7 * SECOND_NS);
    js.step();
    assertEquals(1, stream.messageCount());
    assertEquals(3, stream.firstSequence());
  }

  @Test
  void shouldLeaveTheMarkerAfterARestart() {
    js.create(
        "S",
        "\"subjects\":[\"s.*\"],\"max_age\":1000000000,"
            + "\"subject_delete_marker_ttl\":60000000000");
    js.publish("s.a", "1");
    js.clock().advanceNs(SECOND_NS * 5 / 4);
    js.restart();
    assertEquals(1, js.stream("S").messageCount());
    assertEquals(2, js.stream("S").firstSequence());
  }

  @Test
  void shouldRollUp() {
    final Stream stream = js.create("S", "\"subjects\":[\"s.*\"],\"allow_rollup_hdrs\":true");
    for (int i = 0; i < 4; i++) {
      js.publish("s.a", "x");
      js.publish("s.b", "x");
    }
    js.publish("s.a", "x", "Nats-Rollup: sub");
    assertEquals(5, stream.messageCount());
    js.publish("s.c", "x", "Nats-Rollup: all");
    assertEquals(1, stream.messageCount());
    assertEquals(10, stream.firstSequence());
    assertTrue(js.publish("s.c", "x", "Nats-Rollup: x").contains("10111"));
    js.create("N", "\"subjects\":[\"n\"]");
    assertTrue(js.publish("n", "x", "Nats-Rollup: all").contains("rollup not permitted"));
  }

  @Test
  void shouldNotKeepInAnInterestStreamWhatNobodyWants() {
    final Stream stream = js.create("S", "\"subjects\":[\"s\"],\"retention\":\"interest\"");
    assertTrue(js.publish("s", "x").contains("\"seq\":1"));
    assertEquals(0, stream.messageCount());
    assertEquals(2, stream.firstSequence());
    assertEquals(1, stream.lastSequence());
  }

  @Test
  void shouldRefusePublishesWhenTheDedupeBudgetIsUsedUp() {
    final StreamFixture small =
        new StreamFixture(
            JetStreamConfig.defaults().withLimits(JetStreamLimits.defaults().withDedupeIdsMax(2)));

    small.create("S", "\"subjects\":[\"s\"]");
    small.publish("s", "x", "Nats-Msg-Id: 1");
    small.publish("s", "x", "Nats-Msg-Id: 2");
    assertTrue(small.publish("s", "x", "Nats-Msg-Id: 3").contains("10023"));
    assertEquals("{\"stream\":\"S\",\"seq\":3}", small.publish("s", "no id"));
    small.clock().advanceNs(121 * SECOND_NS);
    assertTrue(small.publish("s", "x", "Nats-Msg-Id: 3").contains("\"seq\":4"));
  }

  @Test
  void shouldTellEveryPublisherWhenTheJournalFails() {
    final Stream stream = js.create("S", "\"subjects\":[\"s\"]");
    js.publish("s", "kept", "Nats-Msg-Id: 0");
    js.journal().failNextSync();
    js.received().clear();
    js.send("s", "1", "x", "Nats-Msg-Id: 1");
    js.send("s", "2", "x", "Nats-Msg-Id: 1");
    js.send("$JS.API.STREAM.PURGE.S", "3", "");
    js.step();
    assertEquals(3, js.received().size());
    js.received().forEach(answer -> assertTrue(answer.contains("\"error\""), answer));
    assertEquals(1, stream.lastSequence());
    assertEquals(1, StreamPeek.dedupeCount(stream));
    assertTrue(js.publish("s", "x").contains("10077"));
  }

  @Test
  void shouldNotAnswerWhenNoAckIsConfigured() {
    js.create("S", "\"subjects\":[\"s\"],\"no_ack\":true");
    assertEquals("", js.publish("s", "x"));
    assertEquals(1, js.stream("S").messageCount());
  }
}
