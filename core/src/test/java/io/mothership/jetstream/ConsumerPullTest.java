package io.mothership.jetstream;

import static io.mothership.jetstream.ConsumerFixture.SECOND_NS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.clock.Rfc3339;
import io.mothership.frame.Slice;
import io.mothership.jetstream.ConsumerFixture.Message;
import io.mothership.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Pull consumers: requests, their statuses, acknowledgements and redelivery. */
class ConsumerPullTest {
  private final ConsumerFixture fixture = new ConsumerFixture();

  @BeforeEach
  void createStream() {
    fixture.streams().create("S", "\"subjects\":[\"s.>\"]");
  }

  private static List<String> payloads(final List<Message> messages) {
    return messages.stream().map(Message::payload).toList();
  }

  private static List<String> statuses(final List<Message> messages) {
    return messages.stream().filter(Message::isStatus).map(Message::status).toList();
  }

  private static JsonObject delivered(final JsonObject info) {
    return info.object("delivered");
  }

  private static JsonObject floor(final JsonObject info) {
    return info.object("ack_floor");
  }

  @Test
  void shouldDeliverInOrderWithAckSubjects() {
    fixture.publish(3, "s.a", "s.b");
    fixture.create("S", "c", "\"durable_name\":\"c\",\"ack_policy\":\"explicit\"");

    final List<Message> messages = fixture.fetch("S", "c", 3);

    assertEquals(List.of("1", "2", "3"), payloads(messages));
    assertEquals("s.b", messages.get(1).subject());
    assertTrue(messages.get(1).reply().startsWith("$JS.ACK.S.c.1.2.2."), messages::toString);
    assertEquals(1, messages.get(1).pending());
    final JsonObject info = fixture.info("S", "c");
    assertEquals(3, delivered(info).number("consumer_seq", -1));
    assertEquals(3, delivered(info).number("stream_seq", -1));
    assertEquals(0, floor(info).number("stream_seq", -1));
    assertEquals(3, info.number("num_ack_pending", -1));
    assertEquals(0, info.number("num_pending", -1));
  }

  @Test
  void shouldMoveTheFloorAsMessagesAreAcknowledged() {
    fixture.publish(4, "s.a");
    fixture.create("S", "c", "\"ack_policy\":\"explicit\"");
    final List<Message> messages = fixture.fetch("S", "c", 3);

    fixture.ack(messages.get(1));
    assertEquals(0, floor(fixture.info("S", "c")).number("stream_seq", -1));
    fixture.ack(messages.get(0), "+ACK");
    assertEquals(2, floor(fixture.info("S", "c")).number("stream_seq", -1));
    assertEquals(2, floor(fixture.info("S", "c")).number("consumer_seq", -1));
    fixture.ack(messages.get(2), "+ACK");

    final JsonObject info = fixture.info("S", "c");
    assertEquals(3, floor(info).number("stream_seq", -1));
    assertEquals(0, info.number("num_ack_pending", -1));
    assertEquals(1, info.number("num_pending", -1));
  }

  @Test
  void shouldAcknowledgeEverythingBeforeWithAckAll() {
    fixture.publish(5, "s.a");
    fixture.create("S", "c", "\"ack_policy\":\"all\"");
    final List<Message> messages = fixture.fetch("S", "c", 5);

    fixture.ack(messages.get(2), "+ACK");

    final JsonObject info = fixture.info("S", "c");
    assertEquals(2, info.number("num_ack_pending", -1));
    assertEquals(3, floor(info).number("stream_seq", -1));
    assertTrue(fixture.ackAndWait(messages.get(1), "+ACK"));
  }

  @Test
  void shouldRedeliverAfterTheAckWait() {
    fixture.publish(2, "s.a");
    fixture.create("S", "c", "\"ack_policy\":\"explicit\",\"ack_wait\":1000000000");
    assertEquals(2, fixture.fetch("S", "c", 2).size());
    assertEquals(0, fixture.fetch("S", "c", 2).size());

    fixture.advanceNs(SECOND_NS);
    final List<Message> again = fixture.fetch("S", "c", 2);

    assertEquals(List.of("1", "2"), payloads(again));
    assertEquals(2, again.getFirst().deliveries());
    assertEquals(3, again.getFirst().consumerSequence());
    assertEquals(2, fixture.info("S", "c").number("num_redelivered", -1));
    fixture.ack(again.getFirst());
    fixture.ack(again.getLast());
    final JsonObject info = fixture.info("S", "c");
    assertEquals(0, info.number("num_redelivered", -1));
    assertEquals(4, floor(info).number("consumer_seq", -1));
    assertEquals(2, floor(info).number("stream_seq", -1));
  }

  @Test
  void shouldRedeliverBeforeNewMessages() {
    fixture.publish(2, "s.a");
    fixture.create("S", "c", "\"ack_policy\":\"explicit\"");
    final List<Message> first = fixture.fetch("S", "c", 1);

    fixture.ack(first.getFirst(), "-NAK");

    assertEquals(List.of("1", "2"), payloads(fixture.fetch("S", "c", 2)));
  }

  @Test
  void shouldHoldANakBackForItsDelay() {
    fixture.publish(1, "s.a");
    fixture.create("S", "c", "\"ack_policy\":\"explicit\"");
    for (final String verb : List.of("-NAK {\"delay\": 2000000000}", "-NAK 2s")) {
      final Message message = fixture.fetch("S", "c", "{\"batch\":1,\"no_wait\":true}").getFirst();
      fixture.ack(message, verb);

      fixture.advanceNs(SECOND_NS);
      assertEquals(0, fixture.fetch("S", "c", 1).size());
      fixture.advanceNs(SECOND_NS);
      final List<Message> again = fixture.fetch("S", "c", 1);
      assertEquals(1, again.size(), verb);
      fixture.ack(again.getFirst(), "-NAK");
    }
  }

  @Test
  void shouldExtendTheAckWaitWithWorkInProgress() {
    fixture.publish(1, "s.a");
    fixture.create("S", "c", "\"ack_policy\":\"explicit\",\"ack_wait\":1000000000");
    final Message message = fixture.fetch("S", "c", 1).getFirst();

    fixture.advanceNs(SECOND_NS * 6 / 10);
    fixture.ack(message, "+WPI");
    fixture.advanceNs(SECOND_NS * 6 / 10);
    assertEquals(0, fixture.fetch("S", "c", 1).size());
    fixture.advanceNs(SECOND_NS * 6 / 10);
    assertEquals(1, fixture.fetch("S", "c", 1).size());
  }

  @Test
  void shouldNotRedeliverWhatIsTerminatedAndTell() {
    fixture.subscribe("adv", "$JS.EVENT.ADVISORY.CONSUMER.MSG_TERMINATED.>");
    fixture.publish(1, "s.a");
    fixture.create("S", "c", "\"ack_policy\":\"explicit\",\"ack_wait\":1000000000");
    final Message message = fixture.fetch("S", "c", 1).getFirst();

    fixture.ack(message, "+TERM  because ");

    final List<Message> told = fixture.take();
    assertEquals(1, told.size());
    assertTrue(told.getFirst().payload().contains("\"reason\":\"because\""), told::toString);
    fixture.advanceNs(2 * SECOND_NS);
    assertEquals(0, fixture.fetch("S", "c", 1).size());
    assertEquals(1, floor(fixture.info("S", "c")).number("stream_seq", -1));
  }

  @Test
  void shouldAnswerNextWithTheNextMessage() {
    fixture.publish(3, "s.a");
    fixture.create("S", "c", "\"ack_policy\":\"explicit\"");
    final Message message = fixture.fetch("S", "c", 1).getFirst();
    fixture.subscribe("n", "_IN.next");

    fixture.send(message.reply(), "_IN.next", "+NXT {\"batch\":2,\"no_wait\":true}");
    fixture.step();

    assertEquals(List.of("2", "3"), payloads(fixture.takeMessages()));
    assertEquals(1, floor(fixture.info("S", "c")).number("stream_seq", -1));
  }

  @Test
  void shouldStopAfterMaxDeliverAndTell() {
    fixture.subscribe("adv", "$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.S.c");
    fixture.publish(2, "s.a");
    fixture.create(
        "S", "c", "\"ack_policy\":\"explicit\",\"ack_wait\":1000000000,\"max_deliver\":2");
    final Message once = fixture.fetch("S", "c", 2).getFirst();
    fixture.advanceNs(SECOND_NS);
    assertEquals(2, fixture.fetch("S", "c", 2).size());
    fixture.take();

    fixture.advanceNs(SECOND_NS);

    final List<Message> told = fixture.take();
    assertEquals(2, told.size());
    assertTrue(
        told.getFirst().payload().contains("\"stream_seq\":1,\"deliveries\":2"), told::toString);
    assertEquals(0, fixture.fetch("S", "c", 2).size());
    JsonObject info = fixture.info("S", "c");
    assertEquals(0, info.number("num_ack_pending", -1));
    assertEquals(2, info.number("num_redelivered", -1));
    fixture.ack(once);
    info = fixture.info("S", "c");
    assertEquals(1, info.number("num_redelivered", -1));
  }

  @Test
  void shouldFollowTheBackoff() {
    fixture.publish(1, "s.a");
    fixture.create(
        "S",
        "c",
        "\"ack_policy\":\"explicit\",\"max_deliver\":4,\"backoff\":[1000000000,3000000000]");
    assertEquals(1, fixture.fetch("S", "c", 1).size());
    fixture.advanceNs(SECOND_NS);
    assertEquals(1, fixture.fetch("S", "c", 1).size());
    fixture.advanceNs(2 * SECOND_NS);
    assertEquals(0, fixture.fetch("S", "c", 1).size());
    fixture.advanceNs(SECOND_NS);
    assertEquals(1, fixture.fetch("S", "c", 1).size());
    fixture.advanceNs(3 * SECOND_NS);
    assertEquals(1, fixture.fetch("S", "c", 1).size());
  }

  @Test
  void shouldStallAtMaxAckPending() {
    fixture.publish(5, "s.a");
    fixture.create("S", "c", "\"ack_policy\":\"explicit\",\"max_ack_pending\":2");

    final List<Message> messages = fixture.fetch("S", "c", "{\"batch\":5,\"expires\":9000000000}");
    assertEquals(2, messages.size());
    assertEquals(1, fixture.info("S", "c").number("num_waiting", -1));
    fixture.ack(messages.getFirst());
    assertEquals(List.of("3"), payloads(fixture.take()));
    fixture.advanceNs(9 * SECOND_NS);

    final List<Message> last = fixture.take();
    assertEquals(List.of("408 Request Timeout"), statuses(last));
    assertTrue(
        last.getFirst()
            .headers()
            .endsWith("\r\nNats-Pending-Messages: 2\r\nNats-Pending-Bytes: 0\r\n\r\n"),
        last::toString);
    assertEquals(0, fixture.info("S", "c").number("num_waiting", -1));
  }

  @Test
  void shouldSayWhatARequestDoesNotGet() {
    fixture.create("S", "c", "\"ack_policy\":\"explicit\"");

    assertEquals(
        List.of("404 No Messages"),
        statuses(fixture.fetch("S", "c", "{\"batch\":2,\"no_wait\":true}")));
    fixture.publish(2, "s.a");
    final List<Message> partly = fixture.fetch("S", "c", "{\"batch\":5,\"no_wait\":true}");
    assertEquals(2, partly.size() - 1);
    assertEquals(List.of("404 No Messages"), statuses(partly));
    assertEquals(
        List.of("400 Bad Request - heartbeat value too large"),
        statuses(
            fixture.fetch(
                "S", "c", "{\"batch\":1,\"expires\":500000000,\"idle_heartbeat\":400000000}")));
    assertEquals(
        List.of(
            "400 Bad Request - json: cannot unmarshal string into Go struct field .batch of type"
                + " int"),
        statuses(fixture.fetch("S", "c", "{\"batch\":\"x\"}")));
    assertEquals(List.of("503"), statuses(fixture.fetch("S", "nobody", "1")));
  }

  @Test
  void shouldKeepToTheLimitsOfRequests() {
    fixture.create(
        "S",
        "c",
        "\"ack_policy\":\"explicit\",\"max_batch\":5,\"max_expires\":2000000000,\"max_bytes\":100,"
            + "\"max_waiting\":1");

    assertEquals(
        List.of("409 Exceeded MaxRequestBatch of 5"),
        statuses(fixture.fetch("S", "c", "{\"batch\":6}")));
    assertEquals(
        List.of("409 Exceeded MaxRequestExpires of 2s"),
        statuses(fixture.fetch("S", "c", "{\"batch\":1,\"expires\":2000000001}")));
    assertEquals(
        List.of("409 Exceeded MaxRequestMaxBytes of 100"),
        statuses(fixture.fetch("S", "c", "{\"batch\":1,\"max_bytes\":101}")));
    assertEquals(List.of(), fixture.fetch("S", "c", "{\"batch\":1,\"expires\":1000000000}"));
    assertEquals(
        List.of("409 Exceeded MaxWaiting"),
        statuses(fixture.fetch("S", "c", "{\"batch\":1,\"expires\":1000000000}")));
  }

  @Test
  void shouldBoundARequestByBytes() {
    fixture.publish(3, "s.a");
    fixture.create("S", "c", "\"ack_policy\":\"explicit\"");

    assertEquals(
        List.of("409 Message Size Exceeds MaxBytes"),
        statuses(fixture.fetch("S", "c", "{\"batch\":2,\"max_bytes\":10,\"no_wait\":true}")));
    final List<Message> one =
        fixture.fetch("S", "c", "{\"batch\":1,\"max_bytes\":1200,\"no_wait\":true}");
    assertEquals("1", one.getFirst().payload());
    assertEquals(List.of("409 Batch Completed"), statuses(one));
  }

  @Test
  void shouldServeWaitingRequestsInTurn() {
    fixture.create("S", "c", "\"ack_policy\":\"explicit\"");
    final String one = fixture.pull("S", "c", "{\"batch\":2,\"expires\":9000000000}");
    final String other = fixture.pull("S", "c", "{\"batch\":2,\"expires\":9000000000}");

    fixture.publish(4, "s.a");

    assertEquals(
        List.of("p1", "p2", "p1", "p2"), fixture.take().stream().map(Message::sid).toList());
    assertTrue(!one.equals(other));
  }

  @Test
  void shouldForgetARequestWhenItsInboxIsGone() {
    fixture.create("S", "c", "\"ack_policy\":\"explicit\"");
    fixture.pull("S", "c", "{\"batch\":2,\"expires\":9000000000}");
    assertEquals(1, fixture.info("S", "c").number("num_waiting", -1));

    fixture.unsubscribe("p1");
    fixture.publish(1, "s.a");

    assertEquals(0, fixture.info("S", "c").number("num_waiting", -1));
    assertEquals(List.of("1"), payloads(fixture.fetch("S", "c", 1)));
  }

  @Test
  void shouldSendHeartbeatsWhileARequestWaits() {
    fixture.create("S", "c", "\"ack_policy\":\"explicit\"");
    fixture.pull("S", "c", "{\"batch\":1,\"expires\":1000000000,\"idle_heartbeat\":400000000}");

    fixture.advanceNs(400_000_000);
    fixture.advanceNs(400_000_000);
    fixture.advanceNs(400_000_000);

    assertEquals(
        List.of("100 Idle Heartbeat", "100 Idle Heartbeat", "408 Request Timeout"),
        statuses(fixture.take()));
  }

  @Test
  void shouldTellWaitingRequestsThatTheConsumerIsGone() {
    fixture.create("S", "c", "\"ack_policy\":\"explicit\"");
    fixture.pull("S", "c", "{\"batch\":1,\"expires\":9000000000}");

    assertTrue(fixture.api("CONSUMER.DELETE.S.c", "").bool("success", false));

    assertEquals(List.of("409 Consumer Deleted"), statuses(fixture.take()));
    assertEquals(10014, fixture.info("S", "c").object("error").number("err_code", 0));
  }

  @Test
  void shouldReapAnEphemeralThatNobodyUses() {
    fixture.create("S", "c", "\"ack_policy\":\"explicit\",\"inactive_threshold\":1000000000");
    fixture.pull("S", "c", "{\"batch\":1,\"expires\":3000000000}");
    fixture.advanceNs(2 * SECOND_NS);
    assertEquals("c", fixture.info("S", "c").string("name", ""));

    fixture.advanceNs(SECOND_NS);
    fixture.advanceNs(2 * SECOND_NS);
    fixture.advanceNs(2 * SECOND_NS);

    assertEquals(10014, fixture.info("S", "c").object("error").number("err_code", 0));
  }

  @Test
  void shouldAnswerAnAckOnceItIsSynced() {
    fixture.publish(1, "s.a");
    fixture.create("S", "c", "\"durable_name\":\"c\",\"ack_policy\":\"explicit\"");
    final Message message = fixture.fetch("S", "c", 1).getFirst();

    assertTrue(fixture.ackAndWait(message, "+ACK"));
    assertTrue(fixture.ackAndWait(message, "+ACK"));
    fixture.powerCut();

    final JsonObject info = fixture.info("S", "c");
    assertEquals(1, floor(info).number("stream_seq", -1));
    assertEquals(0, info.number("num_ack_pending", -1));
    assertEquals(0, fixture.fetch("S", "c", 1).size());
  }

  @Test
  void shouldLeaveOutPayloadsOfHeadersOnly() {
    fixture.streams().publish("s.a", "hello", "K: v");
    fixture.streams().publish("s.a", "you");
    fixture.create("S", "c", "\"ack_policy\":\"explicit\",\"headers_only\":true");

    final List<Message> messages = fixture.fetch("S", "c", 2);

    assertEquals("NATS/1.0\r\nK: v\r\nNats-Msg-Size: 5\r\n\r\n", messages.get(0).headers());
    assertEquals("NATS/1.0\r\nNats-Msg-Size: 3\r\n\r\n", messages.get(1).headers());
    assertEquals("", messages.get(0).payload());
  }

  @Test
  void shouldReadBehindTheTailWindowInOrder() {
    final String large = "x".repeat(40_000);
    for (int i = 0; i < 200; i++) {
      fixture.streams().publish("s.a", i + large);
    }
    fixture.create("S", "c", "\"ack_policy\":\"none\"");

    final List<Message> messages = fixture.fetch("S", "c", 200);

    assertEquals(200, messages.size());
    for (int i = 0; i < 200; i++) {
      assertEquals(i + 1, messages.get(i).streamSequence());
      assertTrue(messages.get(i).payload().startsWith(i + "x"));
    }
  }

  @Test
  void shouldPauseUntilATime() {
    fixture.publish(1, "s.a");
    fixture.create("S", "c", "\"ack_policy\":\"explicit\"");
    final String until = Rfc3339.shortText(StreamFixture.START_NS + 10 * SECOND_NS);
    final JsonObject paused =
        fixture.api("CONSUMER.PAUSE.S.c", "{\"pause_until\":\"" + until + "\"}");
    assertTrue(paused.bool("paused", false));
    assertEquals(10 * SECOND_NS, paused.number("pause_remaining", -1));

    assertEquals(List.of(), fixture.fetch("S", "c", "{\"batch\":1,\"expires\":60000000000}"));
    fixture.advanceNs(10 * SECOND_NS);

    assertEquals(List.of("1"), payloads(fixture.take()));
  }

  /**
   * After a restart nothing is in the tail window: each message has to be read from the journal.
   */
  private void startReading(final String body) {
    fixture.publish(5, "s.a");
    fixture.create("S", "c", "\"durable_name\":\"c\",\"ack_policy\":\"explicit\"");
    fixture.restart();
    fixture.subscribe("p", "_IN.p");
    fixture.send("$JS.API.CONSUMER.MSG.NEXT.S.c", "_IN.p", body);
    fixture.streams().spine().step();
    fixture.streams().spine().step();
    assertEquals(List.of(), fixture.take());
  }

  @Test
  void shouldPassOverWhatIsDeletedWhileItIsRead() {
    startReading("{\"batch\":5,\"no_wait\":true}");
    fixture.send("$JS.API.STREAM.MSG.DELETE.S", "", "{\"seq\":2}");
    fixture.streams().spine().step();
    fixture.step();

    assertEquals(List.of("1", "3", "4", "5"), payloads(fixture.takeMessages()));
    assertEquals(0, fixture.info("S", "c").number("num_pending", -1));
  }

  @Test
  void shouldReadAgainWhatNobodyTook() {
    startReading("{\"batch\":5,\"expires\":9000000000}");
    fixture.streams().spine().ingress().tryUnsubscribe(2, Slice.of("p"), 0);
    fixture.streams().spine().step();
    fixture.step();
    assertEquals(List.of(), fixture.takeMessages());
    assertEquals(5, fixture.info("S", "c").number("num_pending", -1));

    assertEquals(List.of("1", "2", "3", "4", "5"), payloads(fixture.fetch("S", "c", 5)));
  }

  @Test
  void shouldNotRedeliverWhatIsAcknowledgedWhileItIsRead() {
    fixture.publish(2, "s.a");
    fixture.create("S", "c", "\"durable_name\":\"c\",\"ack_policy\":\"explicit\"");
    final List<Message> messages = fixture.fetch("S", "c", 2);
    fixture.advanceNs(SECOND_NS);
    fixture.restart();
    fixture.advanceNs(30 * SECOND_NS);
    fixture.subscribe("p", "_IN.p");
    fixture.send("$JS.API.CONSUMER.MSG.NEXT.S.c", "_IN.p", "{\"batch\":2,\"no_wait\":true}");
    fixture.streams().spine().step();
    fixture.streams().spine().step();
    fixture.send(messages.getFirst().reply(), "", "");
    fixture.streams().spine().step();
    fixture.step();

    final List<Message> again = fixture.takeMessages();
    assertEquals(List.of("2"), payloads(again));
    assertEquals(2, again.getFirst().deliveries());
    assertEquals(1, fixture.info("S", "c").number("num_ack_pending", -1));
  }
}
