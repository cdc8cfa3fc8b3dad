package io.mothership.jetstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.clock.Rfc3339;
import io.mothership.jetstream.ConsumerFixture.Message;
import io.mothership.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Where consumers start, what their filters take, and what becomes of the messages in their stream.
 */
class ConsumerPolicyTest {
  private final ConsumerFixture fixture = new ConsumerFixture();

  private List<Long> sequences(final String policy) {
    final String name = "c" + System.identityHashCode(policy);
    fixture.create("S", name, "\"ack_policy\":\"none\"," + policy);
    return fixture.fetch("S", name, 100).stream().map(Message::streamSequence).toList();
  }

  private void publishSix() {
    fixture.streams().create("S", "\"subjects\":[\"s.>\"]");
    fixture.publish(3, "s.a", "s.b", "s.c");
    fixture.advanceNs(ConsumerFixture.SECOND_NS);
    fixture.publish(3, "s.a", "s.b", "s.a");
  }

  @Test
  void shouldStartWhereThePolicySays() {
    publishSix();
    final String secondNs =
        Rfc3339.shortText(StreamFixture.START_NS + ConsumerFixture.SECOND_NS / 2);

    assertEquals(List.of(1L, 2L, 3L, 4L, 5L, 6L), sequences("\"deliver_policy\":\"all\""));
    assertEquals(List.of(6L), sequences("\"deliver_policy\":\"last\""));
    assertEquals(List.of(), sequences("\"deliver_policy\":\"new\""));
    assertEquals(
        List.of(5L, 6L), sequences("\"deliver_policy\":\"by_start_sequence\",\"opt_start_seq\":5"));
    assertEquals(
        List.of(4L, 5L, 6L),
        sequences("\"deliver_policy\":\"by_start_time\",\"opt_start_time\":\"" + secondNs + "\""));
    assertEquals(
        List.of(3L, 5L, 6L),
        sequences("\"deliver_policy\":\"last_per_subject\",\"filter_subject\":\"s.>\""));
    assertEquals(List.of(5L), sequences("\"deliver_policy\":\"last\",\"filter_subject\":\"s.b\""));
  }

  @Test
  void shouldDeliverOnlyNewMessagesToNew() {
    publishSix();
    fixture.create("S", "c", "\"ack_policy\":\"none\",\"deliver_policy\":\"new\"");
    assertEquals(6, fixture.info("S", "c").object("delivered").number("stream_seq", -1));

    fixture.publish(1, "s.z");

    assertEquals(7, fixture.fetch("S", "c", 5).getFirst().streamSequence());
  }

  @Test
  void shouldGoOnAfterTheLastPerSubject() {
    publishSix();
    fixture.create(
        "S",
        "c",
        "\"ack_policy\":\"none\",\"deliver_policy\":\"last_per_subject\","
            + "\"filter_subject\":\"s.>\"");
    assertEquals(3, fixture.info("S", "c").number("num_pending", -1));
    fixture.publish(2, "s.a", "s.d");

    final List<Message> messages = fixture.fetch("S", "c", 10);

    assertEquals(
        List.of(3L, 5L, 6L, 7L, 8L), messages.stream().map(Message::streamSequence).toList());
    assertEquals(0, fixture.info("S", "c").number("num_pending", -1));
  }

  @Test
  void shouldFilterAndCount() {
    publishSix();
    fixture.create("S", "a", "\"ack_policy\":\"none\",\"filter_subject\":\"s.a\"");
    fixture.create("S", "bc", "\"ack_policy\":\"none\",\"filter_subjects\":[\"s.b\",\"s.c\"]");
    assertEquals(3, fixture.info("S", "a").number("num_pending", -1));
    assertEquals(3, fixture.info("S", "bc").number("num_pending", -1));

    fixture.publish(2, "s.a", "s.x");

    assertEquals(4, fixture.info("S", "a").number("num_pending", -1));
    final List<Message> messages = fixture.fetch("S", "a", 10);
    assertEquals(List.of(3L, 2L, 1L, 0L), messages.stream().map(Message::pending).toList());
    assertEquals(3, fixture.fetch("S", "bc", 10).size());
  }

  @Test
  void shouldChangeTheFilter() {
    publishSix();
    fixture.create("S", "c", "\"ack_policy\":\"none\",\"filter_subject\":\"s.a\"");
    assertEquals(1, fixture.fetch("S", "c", 1).size());

    fixture.create("S", "c", "\"ack_policy\":\"none\",\"filter_subject\":\"s.b\"");

    assertEquals(2, fixture.info("S", "c").number("num_pending", -1));
    assertEquals(2, fixture.fetch("S", "c", 1).getFirst().streamSequence());
  }

  @Test
  void shouldForgetMessagesThatAreGone() {
    publishSix();
    fixture.subscribe("adv", "$JS.EVENT.ADVISORY.CONSUMER.MSG_TERMINATED.>");
    fixture.create("S", "c", "\"ack_policy\":\"explicit\"");
    assertEquals(2, fixture.fetch("S", "c", 2).size());
    fixture.take();

    fixture.api("STREAM.MSG.DELETE.S", "{\"seq\":1}");
    fixture.step();
    assertTrue(fixture.take().getFirst().payload().contains("Unacknowledged message was deleted"));
    fixture.api("STREAM.MSG.DELETE.S", "{\"seq\":4}");

    JsonObject info = fixture.info("S", "c");
    assertEquals(1, info.number("num_ack_pending", -1));
    assertEquals(1, info.object("ack_floor").number("stream_seq", -1));
    assertEquals(3, info.number("num_pending", -1));
    fixture.api("STREAM.PURGE.S", "{\"seq\":6}");
    info = fixture.info("S", "c");
    assertEquals(0, info.number("num_ack_pending", -1));
    assertEquals(1, info.number("num_pending", -1));
    assertEquals(5, info.object("delivered").number("stream_seq", -1));
    assertEquals(5, info.object("ack_floor").number("stream_seq", -1));
    fixture.api("STREAM.PURGE.S", "");
    info = fixture.info("S", "c");
    assertEquals(0, info.number("num_pending", -1));
    assertEquals(6, info.object("delivered").number("stream_seq", -1));
    fixture.publish(1, "s.a");
    assertEquals(7, fixture.fetch("S", "c", 2).getFirst().streamSequence());
  }

  @Test
  void shouldRemoveFromAWorkQueueWhatIsAcknowledged() {
    fixture.streams().create("W", "\"subjects\":[\"w.>\"],\"retention\":\"workqueue\"");
    fixture.publish(3, "w.a");
    fixture.create("W", "c", "\"ack_policy\":\"explicit\",\"durable_name\":\"c\"");
    final List<Message> messages = fixture.fetch("W", "c", 3);
    assertEquals(3, fixture.streams().stream("W").messageCount());

    fixture.ack(messages.get(1));
    assertEquals(2, fixture.streams().stream("W").messageCount());
    fixture.ack(messages.get(0), "+TERM");
    assertEquals(1, fixture.streams().stream("W").messageCount());
    assertTrue(fixture.ackAndWait(messages.get(2), "+ACK"));

    assertEquals(0, fixture.streams().stream("W").messageCount());
    fixture.powerCut();
    assertEquals(0, fixture.streams().stream("W").messageCount());
    assertEquals(0, fixture.fetch("W", "c", 3).size());
  }

  @Test
  void shouldKeepInAWorkQueueWhatOnlyAnotherConsumerMayAcknowledge() {
    fixture.streams().create("W", "\"subjects\":[\"w.>\"],\"retention\":\"workqueue\"");
    fixture.create("W", "a", "\"ack_policy\":\"explicit\",\"filter_subject\":\"w.a\"");
    fixture.create("W", "b", "\"ack_policy\":\"explicit\",\"filter_subject\":\"w.b\"");
    fixture.publish(2, "w.b", "w.a");
    fixture.fetch("W", "a", 1);
    final Message others =
        new Message("", "w.b", "$JS.ACK.W.a.1.1.1.1700000000000000000.0", "", "");
    assertTrue(fixture.ackAndWait(others, ""));
    assertEquals(2, fixture.streams().stream("W").messageCount());
    assertEquals(1, fixture.fetch("W", "b", 1).size());
  }

  @Test
  void shouldKeepInAnInterestStreamWhatSomebodyWaitsFor() {
    fixture.streams().create("I", "\"subjects\":[\"i.>\"],\"retention\":\"interest\"");
    fixture.publish(1, "i.a");
    assertEquals(0, fixture.streams().stream("I").messageCount());
    fixture.create("I", "one", "\"ack_policy\":\"explicit\",\"durable_name\":\"one\"");
    fixture.create(
        "I", "all", "\"ack_policy\":\"all\",\"durable_name\":\"all\",\"filter_subject\":\"i.a\"");
    fixture.publish(4, "i.a", "i.b");
    assertEquals(4, fixture.streams().stream("I").messageCount());

    fixture.fetch("I", "one", 4).forEach(fixture::ack);
    assertEquals(2, fixture.streams().stream("I").messageCount());
    fixture.ack(fixture.fetch("I", "all", 2).getLast());
    assertEquals(0, fixture.streams().stream("I").messageCount());

    fixture.publish(2, "i.a");
    fixture.fetch("I", "one", 2).forEach(fixture::ack);
    assertEquals(2, fixture.streams().stream("I").messageCount());
    fixture.api("CONSUMER.DELETE.I.all", "");
    assertEquals(0, fixture.streams().stream("I").messageCount());
  }

  @Test
  void shouldRemoveFromAnInterestStreamWhatNeedsNoAck() {
    fixture.streams().create("I", "\"subjects\":[\"i.>\"],\"retention\":\"interest\"");
    fixture.create("I", "c", "\"ack_policy\":\"none\",\"durable_name\":\"c\"");
    fixture.publish(2, "i.a");
    assertEquals(2, fixture.streams().stream("I").messageCount());

    assertEquals(2, fixture.fetch("I", "c", 2).size());

    fixture.step();
    assertEquals(0, fixture.streams().stream("I").messageCount());
  }
}
