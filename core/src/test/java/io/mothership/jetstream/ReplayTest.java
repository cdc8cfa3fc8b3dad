package io.mothership.jetstream;

import static io.mothership.jetstream.ConsumerFixture.SECOND_NS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.jetstream.ConsumerFixture.Message;
import io.mothership.jetstream.index.StreamIndex;
import io.mothership.jetstream.model.StreamConfig.Storage;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What was decided while the appliance ran, by a limit, a clock or an acknowledgement, is decided
 * the same way when a start reads the journal again: otherwise a limit would take what was kept.
 */
class ReplayTest {
  private final ConsumerFixture fixture = new ConsumerFixture();
  private final StreamFixture streams = fixture.streams();

  /** Every record is applied again, none is in a checkpoint. */
  @BeforeEach
  void readEverything() {
    streams.checkpointBytes(Long.MAX_VALUE);
    fixture.restart();
  }

  private List<Long> sequences(final String name) {
    final StreamIndex index = streams.stream(name).index();
    final List<Long> present = new ArrayList<>();
    for (long at = index.nextPresent(0); at <= index.last(); at = index.nextPresent(at + 1)) {
      present.add(at);
    }
    return present;
  }

  private void durable(final String stream, final String name, final String members) {
    fixture.create(
        stream,
        name,
        "\"durable_name\":\"" + name + "\"" + (members.isEmpty() ? "" : "," + members));
  }

  private void assertSameAfterRestart(final String stream, final List<Long> expected) {
    assertEquals(expected, sequences(stream));
    fixture.restart();
    assertEquals(expected, sequences(stream));
  }

  @Test
  void shouldMakeRoomInAnInterestStreamByAcknowledgements() {
    streams.create("I", "\"subjects\":[\"i.>\"],\"retention\":\"interest\",\"max_msgs\":2");
    durable("I", "c", "\"ack_policy\":\"explicit\"");
    fixture.publish(2, "i.a");
    fixture.ack(fixture.fetch("I", "c", 2).getLast());
    fixture.publish(1, "i.a");

    assertSameAfterRestart("I", List.of(1L, 3L));
  }

  @Test
  void shouldMakeRoomInAnInterestStreamByAcknowledgingAll() {
    streams.create("I", "\"subjects\":[\"i.>\"],\"retention\":\"interest\",\"max_msgs\":3");
    durable("I", "a", "\"ack_policy\":\"all\",\"filter_subject\":\"i.a\"");
    durable("I", "b", "\"ack_policy\":\"explicit\",\"filter_subject\":\"i.b\"");
    fixture.publish(3, "i.b", "i.a", "i.a");
    fixture.ack(fixture.fetch("I", "a", 2).getLast());
    fixture.publish(2, "i.b");

    assertSameAfterRestart("I", List.of(1L, 4L, 5L));
  }

  @Test
  void shouldKeepWhatAnotherConsumerStillWaitsFor() {
    streams.create("I", "\"subjects\":[\"i.>\"],\"retention\":\"interest\",\"max_msgs\":3");
    durable("I", "c", "\"ack_policy\":\"explicit\"");
    durable("I", "d", "\"ack_policy\":\"explicit\"");
    fixture.publish(3, "i.a");
    fixture.fetch("I", "c", 3).forEach(fixture::ack);
    final List<Message> messages = fixture.fetch("I", "d", 3);
    fixture.advanceNs(SECOND_NS);
    fixture.ack(messages.get(1));
    fixture.publish(1, "i.a");

    assertSameAfterRestart("I", List.of(1L, 3L, 4L));
  }

  @Test
  void shouldMakeRoomInAnInterestStreamByDeletingAConsumer() {
    streams.create("I", "\"subjects\":[\"i.>\"],\"retention\":\"interest\",\"max_msgs\":2");
    durable("I", "a", "\"ack_policy\":\"explicit\",\"filter_subject\":\"i.a\"");
    durable("I", "b", "\"ack_policy\":\"explicit\",\"filter_subject\":\"i.b\"");
    fixture.publish(2, "i.b", "i.a");
    fixture.api("CONSUMER.DELETE.I.a", "");
    fixture.publish(1, "i.b");

    assertSameAfterRestart("I", List.of(1L, 3L));
  }

  @Test
  void shouldMakeRoomInAnInterestStreamByAnotherFilter() {
    streams.create("I", "\"subjects\":[\"i.>\"],\"retention\":\"interest\",\"max_msgs\":2");
    durable("I", "c", "\"ack_policy\":\"explicit\"");
    fixture.publish(2, "i.b", "i.a");
    durable("I", "c", "\"ack_policy\":\"explicit\",\"filter_subject\":\"i.b\"");
    fixture.publish(1, "i.b");

    assertSameAfterRestart("I", List.of(1L, 3L));
  }

  @Test
  void shouldMakeRoomWhereAStreamBecomesAnInterestStream() {
    streams.create("I", "\"subjects\":[\"i.>\"],\"max_msgs\":2");
    durable("I", "c", "\"ack_policy\":\"explicit\"");
    fixture.publish(2, "i.a");
    fixture.ack(fixture.fetch("I", "c", 2).getLast());
    streams.request(
        "STREAM.UPDATE.I",
        "{\"name\":\"I\",\"subjects\":[\"i.>\"],\"retention\":\"interest\",\"max_msgs\":2}");
    assertEquals(List.of(1L), sequences("I"));
    fixture.publish(1, "i.a");

    assertSameAfterRestart("I", List.of(1L, 3L));
  }

  @Test
  void shouldMakeRoomByTtlThoughTheClockWasSetBack() {
    streams.create("T", "\"subjects\":[\"t.>\"],\"allow_msg_ttl\":true,\"max_msgs\":2");
    fixture.publish(1, "t.a");
    streams.publish("t.b", "", "Nats-TTL: 10s");
    fixture.advanceNs(20 * SECOND_NS);
    assertEquals(List.of(1L), sequences("T"));
    streams.clock().stepWallNs(-15 * SECOND_NS);
    fixture.publish(1, "t.c");

    assertSameAfterRestart("T", List.of(1L, 3L));
  }

  @Test
  void shouldMakeRoomByTtlThoughTheClockIsWrongAtTheStart() {
    streams.create("T", "\"subjects\":[\"t.>\"],\"allow_msg_ttl\":true,\"max_msgs\":2");
    fixture.publish(1, "t.a");
    streams.publish("t.b", "", "Nats-TTL: 10s");
    fixture.advanceNs(20 * SECOND_NS);
    fixture.publish(1, "t.c");
    streams.clock().stepWallNs(-1000 * SECOND_NS);

    assertSameAfterRestart("T", List.of(1L, 3L));
  }

  @Test
  void shouldMakeRoomByAgeBesideWhatNeverAgesThoughTheClockIsWrongAtTheStart() {
    streams.create(
        "T",
        "\"subjects\":[\"t.>\"],\"allow_msg_ttl\":true,\"max_msgs\":2,\"max_age\":10000000000,"
            + "\"duplicate_window\":1000000000");
    streams.publish("t.a", "", "Nats-TTL: never");
    fixture.publish(1, "t.b");
    fixture.advanceNs(20 * SECOND_NS);
    fixture.publish(1, "t.c");
    streams.clock().stepWallNs(-1000 * SECOND_NS);

    assertSameAfterRestart("T", List.of(1L, 3L));
  }

  @Test
  void shouldForgetAnEarlierAckOfAllAfterAReset() {
    streams.create("S", "\"subjects\":[\"s.>\"]");
    durable("S", "c", "\"ack_policy\":\"all\"");
    fixture.publish(10, "s.a");
    fixture.ack(fixture.fetch("S", "c", 10).getLast());
    fixture.advanceNs(SECOND_NS);
    fixture.api("CONSUMER.RESET.S.c", "{\"seq\":1}");
    fixture.advanceNs(SECOND_NS);
    // The state is written down at the first delivery, and not again so soon.
    final Message first = fixture.fetch("S", "c", 1).getFirst();
    fixture.fetch("S", "c", 3);
    fixture.ack(first);
    assertEquals(3, fixture.info("S", "c").number("num_ack_pending", -1));

    fixture.restart();

    assertEquals(3, fixture.info("S", "c").number("num_ack_pending", -1));
  }

  @Test
  void shouldHaveResetAConsumerOnTheDiskBeforeItSaysSo() {
    streams.create("S", "\"subjects\":[\"s.>\"]");
    durable("S", "c", "\"ack_policy\":\"explicit\"");
    fixture.publish(3, "s.a");
    fixture.fetch("S", "c", 3).forEach(message -> fixture.ackAndWait(message, ""));
    assertEquals(0, fixture.info("S", "c").number("num_pending", -1));
    assertFalse(fixture.api("CONSUMER.RESET.S.c", "{\"seq\":1}").has("error"));

    fixture.powerCut();

    assertEquals(3, fixture.info("S", "c").number("num_pending", -1));
  }

  @Test
  void shouldRedeliverWhatAnEarlierFilterLetThrough() {
    streams.create("S", "\"subjects\":[\"s.>\"]");
    durable("S", "c", "\"ack_policy\":\"explicit\"");
    fixture.publish(3, "s.a", "s.b");
    fixture.fetch("S", "c", 1);
    // The state was just written down, so no record tells of these.
    fixture.fetch("S", "c", 2);
    durable("S", "c", "\"ack_policy\":\"explicit\",\"filter_subject\":\"s.b\"");
    fixture.publish(1, "s.b");
    assertTrue(fixture.ackAndWait(fixture.fetch("S", "c", 1).getFirst(), ""));
    assertEquals(3, fixture.info("S", "c").number("num_ack_pending", -1));

    fixture.powerCut();

    assertEquals(3, fixture.info("S", "c").number("num_ack_pending", -1));
  }

  @Test
  void shouldNotCountAStreamInMemoryThatAnotherTookThePlaceOf() {
    streams.create("M", "\"subjects\":[\"m.>\"],\"storage\":\"memory\"");
    fixture.publish(5, "m.a");
    fixture.restart();
    streams.create("M", "\"subjects\":[\"m.>\"]");
    fixture.publish(1, "m.a");

    fixture.restart();

    assertEquals(0, streams.jetStream().home().bytesUsed(Storage.MEMORY));
    assertEquals(List.of(1L), sequences("M"));
  }
}
