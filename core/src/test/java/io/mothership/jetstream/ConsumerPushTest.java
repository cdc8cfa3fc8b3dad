package io.mothership.jetstream;

import static io.mothership.jetstream.ConsumerFixture.SECOND_NS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.jetstream.ConsumerFixture.Message;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Push consumers: interest, heartbeats, flow control, binding again. */
class ConsumerPushTest {
  private static final String PUSH =
      "\"durable_name\":\"c\",\"ack_policy\":\"explicit\",\"deliver_subject\":\"d.c\"";

  private final ConsumerFixture fixture = new ConsumerFixture();

  @BeforeEach
  void createStream() {
    fixture.streams().create("S", "\"subjects\":[\"s.>\"]");
  }

  private static List<String> payloads(final List<Message> messages) {
    return messages.stream().map(Message::payload).toList();
  }

  private boolean isBound() {
    return fixture.info("S", "c").bool("push_bound", false);
  }

  @Test
  void shouldStartWhenSomebodySubscribes() {
    fixture.publish(2, "s.a");
    fixture.create("S", "c", PUSH);
    assertFalse(isBound());
    assertEquals(0, fixture.info("S", "c").object("delivered").number("stream_seq", -1));

    fixture.subscribe("1", "d.c");

    assertEquals(List.of("1", "2"), payloads(fixture.take()));
    assertTrue(isBound());
    fixture.publish(1, "s.b");
    final Message live = fixture.take().getFirst();
    assertEquals("s.b", live.subject());
    assertEquals(3, live.streamSequence());
  }

  @Test
  void shouldDeliverAtOnceToWhoSubscribedBefore() {
    fixture.publish(1, "s.a");
    fixture.subscribe("1", "d.*");

    fixture.create("S", "c", PUSH);

    assertEquals(List.of("1"), payloads(fixture.take()));
  }

  @Test
  void shouldStopWhenNobodyListensAndGoOn() {
    fixture.create("S", "c", PUSH);
    fixture.subscribe("1", "d.c");
    fixture.publish(1, "s.a");
    fixture.ack(fixture.take().getFirst());
    fixture.unsubscribe("1");
    assertFalse(isBound());

    fixture.publish(2, "s.a");
    assertEquals(List.of(), fixture.take());
    assertEquals(2, fixture.info("S", "c").number("num_pending", -1));
    fixture.subscribe("2", "d.>");

    assertEquals(List.of("1", "2"), payloads(fixture.take()));
  }

  @Test
  void shouldRedeliverByItself() {
    fixture.create("S", "c", PUSH + ",\"ack_wait\":1000000000");
    fixture.subscribe("1", "d.c");
    fixture.publish(1, "s.a");
    fixture.take();

    fixture.advanceNs(SECOND_NS);

    final Message again = fixture.take().getFirst();
    assertEquals(2, again.deliveries());
    fixture.ack(again);
    fixture.advanceNs(SECOND_NS);
    assertEquals(List.of(), fixture.take());
  }

  @Test
  void shouldSendHeartbeatsWhenIdle() {
    fixture.create(
        "S",
        "c",
        "\"ack_policy\":\"none\",\"deliver_subject\":\"d.c\",\"idle_heartbeat\":1000000000");
    fixture.subscribe("1", "d.c");
    fixture.publish(2, "s.a");
    fixture.take();

    fixture.advanceNs(SECOND_NS / 2);
    assertEquals(List.of(), fixture.take());
    fixture.advanceNs(SECOND_NS / 2);

    assertEquals(
        "NATS/1.0 100 Idle Heartbeat\r\nNats-Last-Consumer: 2\r\nNats-Last-Stream: 2\r\n\r\n",
        fixture.take().getFirst().headers());
  }

  @Test
  void shouldStallUntilFlowControlIsAnswered() {
    final String payload = "x".repeat(50_000);
    fixture.create(
        "S",
        "c",
        "\"ack_policy\":\"none\",\"deliver_subject\":\"d.c\",\"flow_control\":true,"
            + "\"idle_heartbeat\":1000000000");
    for (int i = 0; i < 200; i++) {
      fixture.streams().publish("s.a", payload);
    }
    fixture.subscribe("1", "d.c");

    final List<Message> first = fixture.take();
    final Message request = first.stream().filter(Message::isStatus).findFirst().orElseThrow();
    assertEquals("100 FlowControl Request", request.status());
    assertTrue(request.reply().matches("\\$JS\\.FC\\.S\\.c\\.....$"), request::reply);
    final int atFirst = first.size() - 1;
    assertEquals(2 * 1024 * 1024 / 50_000 + 1, atFirst, 1);
    fixture.advanceNs(SECOND_NS);
    assertTrue(
        fixture.take().getFirst().headers().contains("Nats-Consumer-Stalled: " + request.reply()));

    fixture.send(request.reply(), "", "");
    fixture.step();

    final List<Message> second = fixture.take();
    assertTrue(second.size() > atFirst, () -> second.size() + " messages");
    assertEquals(atFirst + 1, second.getFirst().streamSequence());
  }

  @Test
  void shouldBindADurableToAnotherSubject() {
    fixture.publish(1, "s.a");
    fixture.create("S", "c", PUSH);
    fixture.subscribe("1", "d.c");
    fixture.take();
    final String moved = PUSH.replace("d.c", "d.other");
    assertEquals(10013, fixture.tryCreate("S", "c", moved).object("error").number("err_code", 0));
    fixture.unsubscribe("1");

    fixture.create("S", "c", moved);
    fixture.subscribe("2", "d.other");
    fixture.publish(1, "s.b");

    assertEquals("s.b", fixture.take().getFirst().subject());
    assertTrue(isBound());
  }

  @Test
  void shouldReapAnEphemeralWhenItsInboxIsGone() {
    fixture.create(
        "S",
        "c",
        "\"ack_policy\":\"none\",\"deliver_subject\":\"d.c\",\"mem_storage\":true,"
            + "\"inactive_threshold\":1000000000");
    fixture.subscribe("1", "d.c");
    fixture.advanceNs(5 * SECOND_NS);
    fixture.advanceNs(5 * SECOND_NS);
    assertTrue(isBound());
    fixture.unsubscribe("1");

    fixture.advanceNs(SECOND_NS);
    fixture.advanceNs(SECOND_NS);

    assertEquals(10014, fixture.info("S", "c").object("error").number("err_code", 0));
  }

  @Test
  void shouldDeliverToOneMemberOfAQueue() {
    fixture.create("S", "c", PUSH + ",\"deliver_group\":\"q\"");
    fixture.subscribe("1", "d.c", "q");
    fixture.subscribe("2", "d.c", "q");

    fixture.publish(20, "s.a");

    assertEquals(20, fixture.take().size());
  }

  @Test
  void shouldRefuseToBePulled() {
    fixture.create("S", "c", PUSH);

    assertEquals("409 Consumer is push based", fixture.fetch("S", "c", "1").getFirst().status());
  }

  @Test
  void shouldReplayAtTheOriginalPace() {
    fixture.publish(1, "s.a");
    fixture.advanceNs(SECOND_NS);
    fixture.publish(1, "s.a");
    fixture.subscribe("1", "d.c");

    fixture.create("S", "c", PUSH + ",\"replay_policy\":\"original\"");

    assertEquals(1, fixture.take().size());
    fixture.advanceNs(SECOND_NS / 2);
    assertEquals(0, fixture.take().size());
    fixture.advanceNs(SECOND_NS / 2);
    assertEquals(1, fixture.take().size());
  }

  @Test
  void shouldGoOnlyToItsGroup() {
    fixture.create("S", "c", PUSH.replace("explicit", "none") + ",\"deliver_group\":\"g\"");
    fixture.subscribe("1", "d.>");
    fixture.subscribe("2", "d.c", "h");
    fixture.publish(2, "s.a");
    assertEquals(List.of(), payloads(fixture.take()));
    assertFalse(isBound());

    fixture.subscribe("3", "d.c", "g");

    // One for the member, and copies for who listens to everything and for the other group.
    assertEquals(List.of("1", "1", "1", "2", "2", "2"), payloads(fixture.take()));
    assertTrue(isBound());
    fixture.unsubscribe("3");
    assertFalse(isBound());
    fixture.publish(1, "s.a");
    assertEquals(List.of(), payloads(fixture.take()));
  }

  @Test
  void shouldNotBeBoundByAGroupThatItDoesNotHave() {
    fixture.create("S", "c", PUSH);
    fixture.subscribe("1", "d.c", "0");
    fixture.publish(1, "s.a");
    assertEquals(List.of(), payloads(fixture.take()));
    assertFalse(isBound());
    fixture.subscribe("2", "d.c");
    assertEquals(List.of("1", "1"), payloads(fixture.take()));
    assertTrue(isBound());
  }

  @Test
  void shouldFollowItsGroupWhenThatChanges() {
    fixture.create("S", "c", PUSH + ",\"deliver_group\":\"g\"");
    fixture.subscribe("1", "d.c", "h");
    assertFalse(isBound());
    fixture.create("S", "c", PUSH + ",\"deliver_group\":\"h\"");
    assertTrue(isBound());
  }
}
