package io.mothership.jetstream;

import static io.mothership.jetstream.ConsumerFixture.SECOND_NS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.jetstream.ConsumerFixture.Message;
import io.mothership.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What consumers are after a restart and after a power cut. */
class ConsumerRecoveryTest {
  private final ConsumerFixture fixture = new ConsumerFixture();

  @BeforeEach
  void createStream() {
    fixture.streams().create("S", "\"subjects\":[\"s.>\"]");
  }

  /** All of CONSUMER.INFO but the time of asking. */
  private String stateOf(final String name) {
    return fixture
        .streams()
        .request("CONSUMER.INFO.S." + name, "")
        .replaceFirst("\"ts\":\"[^\"]*\"", "");
  }

  @Test
  void shouldBeAsItWasAfterARestart() {
    fixture.publish(9, "s.a", "s.b");
    fixture.create(
        "S",
        "c",
        "\"durable_name\":\"c\",\"ack_policy\":\"explicit\",\"ack_wait\":1000000000,"
            + "\"filter_subjects\":[\"s.a\",\"s.x\"],\"metadata\":{\"k\":\"v\"},"
            + "\"backoff\":[1000000000,5000000000],\"max_deliver\":7");
    final List<Message> messages = fixture.fetch("S", "c", 4);
    fixture.ack(messages.get(0));
    fixture.ack(messages.get(2));
    fixture.advanceNs(SECOND_NS);
    assertEquals(2, fixture.fetch("S", "c", 2).size());
    fixture.advanceNs(SECOND_NS);
    final String before = stateOf("c");

    fixture.restart();

    assertEquals(before, stateOf("c"));
    final Message fresh = fixture.fetch("S", "c", 1).getFirst();
    assertEquals(9, fresh.streamSequence());
    fixture.ack(fresh);
    fixture.advanceNs(5 * SECOND_NS);
    assertEquals(3, fixture.fetch("S", "c", 1).getFirst().deliveries());
  }

  @Test
  void shouldKeepAcksThatWereAnsweredThroughAPowerCut() {
    fixture.publish(6, "s.a");
    fixture.create("S", "c", "\"durable_name\":\"c\",\"ack_policy\":\"explicit\"");
    final List<Message> messages = fixture.fetch("S", "c", 5);
    assertTrue(fixture.ackAndWait(messages.get(3), "+ACK"));
    assertTrue(fixture.ackAndWait(messages.get(0), "+ACK"));

    fixture.powerCut();

    final JsonObject info = fixture.info("S", "c");
    assertEquals(3, info.number("num_ack_pending", -1));
    assertEquals(1, info.object("ack_floor").number("stream_seq", -1));
    assertEquals(5, info.object("delivered").number("stream_seq", -1));
    assertEquals(1, info.number("num_pending", -1));
    fixture.advanceNs(30 * SECOND_NS);
    assertEquals(
        List.of(2L, 3L, 5L, 6L),
        fixture.fetch("S", "c", 9).stream().map(Message::streamSequence).toList());
  }

  @Test
  void shouldKeepTheFloorWhereAcknowledgementsMovedIt() {
    fixture.streams().create("W", "\"subjects\":[\"w.>\"],\"retention\":\"workqueue\"");
    fixture.publish(6, "w.a");
    fixture.publish(6, "s.a");
    for (final String stream : List.of("W", "S")) {
      fixture.create(stream, "c", "\"durable_name\":\"c\",\"ack_policy\":\"explicit\"");
    }
    fixture.create("S", "all", "\"durable_name\":\"all\",\"ack_policy\":\"all\"");
    fixture.powerCut();
    final List<Message> jobs = fixture.fetch("W", "c", 5);
    final List<Message> messages = fixture.fetch("S", "c", 5);
    for (int i = 0; i < 3; i++) {
      assertTrue(fixture.ackAndWait(jobs.get(i), "+ACK"));
      assertTrue(fixture.ackAndWait(messages.get(i), "+ACK"));
    }
    assertTrue(fixture.ackAndWait(fixture.fetch("S", "all", 5).get(2), "+ACK"));

    fixture.powerCut();

    for (final JsonObject info :
        List.of(fixture.info("W", "c"), fixture.info("S", "c"), fixture.info("S", "all"))) {
      assertEquals(3, info.object("ack_floor").number("stream_seq", -1));
      assertEquals(3, info.object("ack_floor").number("consumer_seq", -1));
      assertEquals(2, info.number("num_ack_pending", -1));
    }
  }

  @Test
  void shouldDeliverAgainWhatNoRecordTells() {
    fixture.publish(3, "s.a");
    fixture.create("S", "c", "\"durable_name\":\"c\",\"ack_policy\":\"explicit\"");
    fixture.advanceNs(SECOND_NS);
    fixture.fetch("S", "c", 1);
    assertEquals(2, fixture.fetch("S", "c", 2).size());

    fixture.powerCut();

    fixture.advanceNs(30 * SECOND_NS);
    assertEquals(
        List.of(1L, 2L, 3L),
        fixture.fetch("S", "c", 9).stream().map(Message::streamSequence).sorted().toList());
  }

  @Test
  void shouldForgetWhatWasDeleted() {
    fixture.create("S", "c", "\"durable_name\":\"c\",\"ack_policy\":\"explicit\"");
    fixture.create("S", "d", "\"durable_name\":\"d\",\"ack_policy\":\"explicit\"");
    fixture.api("CONSUMER.DELETE.S.c", "");
    fixture.create("S", "e", "\"durable_name\":\"e\",\"ack_policy\":\"explicit\"");

    fixture.powerCut();

    assertEquals(List.of("d", "e"), fixture.api("CONSUMER.NAMES.S", "").strings("consumers"));
    fixture.create("S", "f", "\"durable_name\":\"f\",\"ack_policy\":\"explicit\"");
    assertEquals(3, fixture.api("STREAM.INFO.S", "").object("state").number("consumer_count", 0));
  }

  @Test
  void shouldTakeUpdatesThrough() {
    fixture.create("S", "c", "\"durable_name\":\"c\",\"ack_policy\":\"explicit\"");
    fixture.create(
        "S", "c", "\"durable_name\":\"c\",\"ack_policy\":\"explicit\",\"max_ack_pending\":7");

    fixture.powerCut();

    assertEquals(7, fixture.info("S", "c").object("config").number("max_ack_pending", 0));
  }

  @Test
  void shouldForgetConsumersInMemory() {
    fixture.create("S", "m", "\"ack_policy\":\"explicit\",\"mem_storage\":true");
    fixture.create("S", "e", "\"ack_policy\":\"explicit\"");

    fixture.restart();

    assertEquals(List.of("e"), fixture.api("CONSUMER.NAMES.S", "").strings("consumers"));
    fixture.advanceNs(6 * SECOND_NS);
    fixture.advanceNs(6 * SECOND_NS);
    assertEquals(List.of(), fixture.api("CONSUMER.NAMES.S", "").strings("consumers"));
  }

  @Test
  void shouldWaitForInterestAfterARestart() {
    fixture.create(
        "S", "c", "\"durable_name\":\"c\",\"ack_policy\":\"explicit\",\"deliver_subject\":\"d.c\"");
    fixture.subscribe("1", "d.c");
    fixture.publish(2, "s.a");
    fixture.ack(fixture.take().getFirst());
    fixture.restart();
    assertFalse(fixture.info("S", "c").bool("push_bound", false));
    fixture.publish(1, "s.a");

    fixture.subscribe("1", "d.c");

    assertEquals(
        List.of(3L), fixture.takeMessages().stream().map(Message::streamSequence).toList());
    fixture.advanceNs(30 * SECOND_NS);
    assertEquals(
        List.of(2L, 3L), fixture.takeMessages().stream().map(Message::streamSequence).toList());
  }

  @Test
  void shouldGoOnWithALastPerSubjectStart() {
    fixture.publish(6, "s.a", "s.b", "s.c");
    fixture.create(
        "S",
        "c",
        "\"durable_name\":\"c\",\"ack_policy\":\"explicit\","
            + "\"deliver_policy\":\"last_per_subject\",\"filter_subject\":\"s.>\"");
    fixture.publish(1, "s.a");
    final Message first = fixture.fetch("S", "c", 1).getFirst();
    assertEquals(4, first.streamSequence());
    assertTrue(fixture.ackAndWait(first, ""));

    fixture.powerCut();

    assertEquals(3, fixture.info("S", "c").number("num_pending", -1));
    assertEquals(
        List.of(5L, 6L, 7L),
        fixture.fetch("S", "c", 9).stream().map(Message::streamSequence).toList());
  }

  @Test
  void shouldKeepAcknowledgedMessagesOutOfAnInterestStream() {
    fixture.streams().create("I", "\"subjects\":[\"i.>\"],\"retention\":\"interest\"");
    fixture.create("I", "c", "\"durable_name\":\"c\",\"ack_policy\":\"explicit\"");
    fixture.create("I", "d", "\"durable_name\":\"d\",\"ack_policy\":\"all\"");
    fixture.publish(4, "i.a");
    fixture.fetch("I", "c", 3).forEach(fixture::ack);
    fixture.ack(fixture.fetch("I", "d", 2).getLast());
    assertEquals(2, fixture.streams().stream("I").messageCount());

    fixture.restart();

    assertEquals(2, fixture.streams().stream("I").messageCount());
    assertEquals(3, fixture.streams().stream("I").firstSequence());
  }
}
