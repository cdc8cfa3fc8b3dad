package io.mothership.jetstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.dispatch.BrokerReport;
import io.mothership.jetstream.model.JetStreamConfig;
import io.mothership.jetstream.model.StreamConfig;
import io.mothership.jetstream.stream.StreamPeek;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Messages that the disk did not keep: who is told what, and what goes on. */
final class StreamLossTest {
  private final StreamFixture fixture = new StreamFixture(JetStreamConfig.defaults());

  @Test
  void shouldTellOfALostMessageWhenItIsAskedFor() {
    fill("S", "");
    fixture.journal().damage(locationOf("S", 3));
    final String answer = fixture.request("STREAM.MSG.GET.S", "{\"seq\":3}");
    assertTrue(answer.contains("\"err_code\":10037"), answer);
    assertTrue(answer.contains("no message found: the disk did not keep it"), answer);
    assertTrue(fixture.request("STREAM.MSG.GET.S", "{\"seq\":4}").contains("\"seq\":4"));
    assertLost("S", "[3]", 1);
    final String state = fixture.request("STREAM.INFO.S", "{\"deleted_details\":true}");
    assertTrue(state.contains("\"num_deleted\":1,\"deleted\":[3]"), state);
    assertTrue(state.contains("\"messages\":19"), state);
  }

  @Test
  void shouldAnswerADirectGetAndGoOnInABatch() {
    fill("S", "\"allow_direct\":true");
    fixture.journal().damage(locationOf("S", 3));
    assertEquals(
        List.of("NATS/1.0 404 Message Lost\r\n\r\n"),
        fixture.requestAll("DIRECT.GET.S", "{\"seq\":3}"));
    fixture.journal().damage(locationOf("S", 5));
    final List<String> batch = fixture.requestAll("DIRECT.GET.S", "{\"seq\":4,\"batch\":3}");
    assertEquals(4, batch.size());
    assertTrue(batch.get(1).contains("Nats-Sequence: 6"), batch.get(1));
    assertLost("S", "[3,5]", 2);
  }

  @Test
  void shouldPassOverALostMessageInAConsumer() {
    fill("S", "");
    fixture.request(
        "CONSUMER.CREATE.S.c",
        "{\"stream_name\":\"S\",\"config\":{\"durable_name\":\"c\",\"ack_policy\":\"explicit\"}}");
    fixture.journal().damage(locationOf("S", 2));
    final List<String> pulled =
        fixture.requestAll("CONSUMER.MSG.NEXT.S.c", "{\"batch\":20,\"no_wait\":true}");
    assertEquals(20, pulled.size(), "19 messages and that there are no more");
    assertLost("S", "[2]", 1);
    final String consumer = fixture.request("CONSUMER.INFO.S.c", "");
    assertTrue(consumer.contains("\"num_pending\":0"), consumer);
    assertTrue(consumer.contains("\"num_ack_pending\":19"), consumer);
  }

  @Test
  void shouldNotKeepAWorkQueueWaitingForALostMessage() {
    fill("Q", "\"retention\":\"workqueue\"");
    fixture.journal().damage(locationOf("Q", 1));
    fixture.request(
        "CONSUMER.CREATE.Q.c",
        "{\"stream_name\":\"Q\",\"config\":{\"durable_name\":\"c\",\"ack_policy\":\"explicit\"}}");
    fixture.requestAll("CONSUMER.MSG.NEXT.Q.c", "{\"batch\":2,\"no_wait\":true}");
    assertEquals(2, fixture.stream("Q").firstSequence());
    assertLost("Q", "[1]", 1);
  }

  /** From its record, from a checkpoint behind that, and both. */
  @Test
  void shouldRememberLossesAcrossRestarts() {
    fixture.checkpointBytes(Long.MAX_VALUE);
    fixture.restart();
    fill("S", "");
    fixture.journal().damage(locationOf("S", 3));
    fixture.request("STREAM.MSG.GET.S", "{\"seq\":3}");
    final String before = fixture.state();
    fixture.restart();
    assertLost("S", "[3]", 1);
    assertEquals(before, fixture.state());
    fixture.checkpointBytes(1);
    fixture.restart();
    fixture.publish("S.x", "next");
    fixture.restart();
    assertEquals(0, fixture.recordsRead(), "all from the checkpoint");
    assertLost("S", "[3]", 1);
    assertEquals("", fixture.publish("S.x", "still").replaceAll("\\{.*\\}", ""));
  }

  @Test
  void shouldWaitWithAMessageThatTheDiskDoesNotReadNow() {
    fill("S", "");
    createConsumer("\"ack_policy\":\"none\"");
    fixture.journal().refuse(locationOf("S", 2));
    assertEquals(List.of("m1"), pull("{\"batch\":3,\"expires\":60000000000}"));
    advanceSeconds(5);
    assertEquals(List.of("m1"), payloads(fixture.received()));

    fixture.journal().repair();
    advanceSeconds(1);

    assertEquals(List.of("m1", "m2", "m3"), payloads(fixture.received()));
  }

  @Test
  void shouldDeliverAMessageLaterThatTheDiskDoesNotReadForLong() {
    fill("S", "");
    createConsumer("\"ack_policy\":\"explicit\"");
    fixture.journal().refuse(locationOf("S", 2));
    pull("{\"batch\":30,\"expires\":600000000000}");
    advanceSeconds(20);
    assertEquals(List.of("m1", "m3", "m4"), payloads(fixture.received()).subList(0, 3));

    fixture.journal().repair();
    advanceSeconds(60);

    assertTrue(fixture.received().contains("m2"), () -> fixture.received().toString());
  }

  @Test
  void shouldRedeliverWhatTheDiskDoesNotReadNow() {
    fill("S", "");
    createConsumer("\"ack_policy\":\"explicit\",\"ack_wait\":1000000000");
    assertEquals(List.of("m1"), pull("{\"batch\":1}"));
    fixture.restart();
    fixture.journal().refuse(locationOf("S", 1));
    advanceSeconds(2);
    assertEquals(List.of(), pull("{\"batch\":1,\"expires\":60000000000}"));
    advanceSeconds(5);

    fixture.journal().repair();
    advanceSeconds(5);

    assertTrue(fixture.received().contains("m1"), () -> fixture.received().toString());
  }

  @Test
  void shouldNotTakeForLostWhatCannotBeOpenedNow() {
    fill("S", "");
    final long location = locationOf("S", 3);
    fixture.journal().refuse(location);
    final String answer = fixture.request("STREAM.MSG.GET.S", "{\"seq\":3}");
    assertTrue(answer.contains("\"description\":\"no message found\""), answer);
    fixture.journal().repair();
    assertTrue(fixture.request("STREAM.MSG.GET.S", "{\"seq\":3}").contains("\"seq\":3"));
    assertFalse(fixture.request("STREAM.INFO.S", "").contains("\"lost\""));
  }

  /** Of the records that a start does not find, it knows what the numbers around them tell. */
  @Test
  void shouldKnowWhatIsMissingBetweenTheRecordsItFinds() {
    fixture.checkpointBytes(Long.MAX_VALUE);
    fixture.restart();
    fixture.create("A", "\"subjects\":[\"A.*\"]");
    fixture.create("B", "\"subjects\":[\"B.*\"]");
    for (int i = 0; i < 5; i++) {
      fixture.publish("A.x", "a" + i);
      fixture.publish("B.x", "b" + i);
    }
    fixture.journal().lose(locationOf("A", 2));
    fixture.journal().lose(locationOf("A", 3));
    fixture.journal().lose(locationOf("B", 2));
    fixture.restart();
    assertLost("A", "[2,3]", 2);
    assertLost("B", "[2]", 1);
    assertTrue(fixture.request("STREAM.INFO.A", "").contains("\"messages\":3"));
    assertEquals("{\"stream\":\"A\",\"seq\":6}", fixture.publish("A.x", "more"));
  }

  /** A reservation jumps over sequences that never were. */
  @Test
  void shouldNotTakeAReservationForALoss() {
    fixture.checkpointBytes(Long.MAX_VALUE);
    fixture.restart();
    fixture.create(
        "A",
        "\"subjects\":[\"A.*\"],\"metadata\":{\"" + StreamConfig.SYNC_KEY + "\":\"interval\"}");
    fixture.publish("A.x", "a");
    fixture.restart();
    fixture.publish("A.x", "b");
    fixture.restart();
    assertTrue(fixture.stream("A").lastSequence() > StreamPeek.RESERVED_BLOCK / 2);
    assertFalse(fixture.request("STREAM.INFO.A", "").contains("\"lost\""));
  }

  @Test
  void shouldLoseWhatLayInALostSegment() {
    fill("S", "");
    fixture.loseSegment();
    fixture.restart();
    assertEquals(0, fixture.stream("S").messageCount());
    assertEquals(20, report().lostMessages());
    fixture.request("STREAM.PURGE.S", "");
    assertEquals(0, report().lostMessages(), "purged with the rest");
  }

  /** After a restart the tail window is empty: everything is read from the journal. */
  private void fill(final String name, final String members) {
    fixture.create(
        name, "\"subjects\":[\"" + name + ".*\"]" + (members.isEmpty() ? "" : "," + members));
    for (int i = 1; i <= 20; i++) {
      fixture.publish(name + ".x", "m" + i);
    }
    fixture.restart();
  }

  private void createConsumer(final String members) {
    fixture.request(
        "CONSUMER.CREATE.S.c",
        "{\"stream_name\":\"S\",\"config\":{\"durable_name\":\"c\"," + members + "}}");
  }

  private List<String> pull(final String body) {
    return payloads(fixture.requestAll("CONSUMER.MSG.NEXT.S.c", body));
  }

  private static List<String> payloads(final List<String> messages) {
    return messages.stream().filter(message -> message.startsWith("m")).toList();
  }

  private void advanceSeconds(final long seconds) {
    for (long i = 0; i < seconds * 4; i++) {
      fixture.clock().advanceNs(250_000_000L);
      fixture.step();
    }
  }

  private long locationOf(final String name, final long sequence) {
    return fixture.stream(name).index().location(sequence);
  }

  private void assertLost(final String name, final String sequences, final int count) {
    final String answer = fixture.request("STREAM.INFO." + name, "");
    assertTrue(
        answer.contains("\"lost\":{\"msgs\":" + sequences + ",\"bytes\":"),
        answer.substring(Math.max(0, answer.indexOf("\"state\""))));
    assertEquals(count, fixture.stream(name).lost().count());
  }

  private BrokerReport.StreamState report() {
    final BrokerReport report = new BrokerReport(10, 10);
    fixture.jetStream().onReport(report);
    return report.streams().getFirst();
  }
}
