package io.mothership.jetstream;

import static io.mothership.jetstream.ConsumerFixture.SECOND_NS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.mothership.jetstream.model.StreamConfigRules;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Durations and dates so long or so far away that a sum with them is none that fits. */
class FarTimesTest {
  private static final String LONGEST = Long.toString(Long.MAX_VALUE);

  private final ConsumerFixture fixture = new ConsumerFixture();
  private final StreamFixture streams = fixture.streams();

  @Test
  void shouldKeepMessagesOfTheLongestAge() {
    streams.create("S", "\"subjects\":[\"s.>\"],\"max_age\":" + LONGEST);
    fixture.publish(2, "s.a");
    fixture.advanceNs(SECOND_NS);
    assertEquals(2, streams.stream("S").messageCount());

    fixture.restart();

    assertEquals(2, streams.stream("S").messageCount());
  }

  @Test
  void shouldKeepMessagesOfTheLongestTtl() {
    streams.create("S", "\"subjects\":[\"s.>\"],\"allow_msg_ttl\":true");
    final String ack = streams.publish("s.a", "", "Nats-TTL: 9223372036");
    assertEquals("{\"stream\":\"S\", \"domain\":\"constellation\", \"seq\":1}", ack);
    fixture.advanceNs(SECOND_NS);
    assertEquals(1, streams.stream("S").messageCount());

    fixture.restart();

    assertEquals(1, streams.stream("S").messageCount());
  }

  @Test
  void shouldWaitForTheLongestAckWait() {
    streams.create("S", "\"subjects\":[\"s.>\"]");
    fixture.create("S", "c", "\"ack_policy\":\"explicit\",\"ack_wait\":" + LONGEST);
    fixture.advanceNs(SECOND_NS);
    fixture.publish(1, "s.a");
    assertEquals(1, fixture.fetch("S", "c", 1).size());
    assertEquals(0, fixture.fetch("S", "c", 1).size());
  }

  @Test
  void shouldWaitForTheLongestNak() {
    streams.create("S", "\"subjects\":[\"s.>\"]");
    fixture.create("S", "c", "\"ack_policy\":\"explicit\"");
    fixture.advanceNs(SECOND_NS);
    fixture.publish(1, "s.a");
    fixture.ack(fixture.fetch("S", "c", 1).getFirst(), "-NAK {\"delay\":" + LONGEST + "}");
    assertEquals(0, fixture.fetch("S", "c", 1).size());
  }

  @Test
  void shouldKeepAConsumerThatMayBeUnusedForTheLongestTime() {
    streams.create("S", "\"subjects\":[\"s.>\"]");
    fixture.create("S", "c", "\"inactive_threshold\":" + LONGEST);
    fixture.create("S", "p", "\"deliver_subject\":\"d\",\"inactive_threshold\":" + LONGEST);
    fixture.advanceNs(SECOND_NS);
    fixture.advanceNs(SECOND_NS);
    assertEquals(List.of("c", "p"), fixture.api("CONSUMER.NAMES.S", "").strings("consumers"));
  }

  @Test
  void shouldLetARequestWaitForTheLongestTime() {
    streams.create("S", "\"subjects\":[\"s.>\"]");
    fixture.create("S", "c", "\"ack_policy\":\"explicit\"");
    fixture.advanceNs(SECOND_NS);
    assertEquals(List.of(), fixture.fetch("S", "c", "{\"batch\":1,\"expires\":" + LONGEST + "}"));
    fixture.publish(1, "s.a");
    assertEquals(1, fixture.takeMessages().size());
  }

  @Test
  void shouldTakeDatesOfAllYears() {
    streams.create("S", "\"subjects\":[\"s.>\"]");
    fixture.publish(1, "s.a");
    for (final String date : List.of("9999-12-31T23:59:59Z", "0002-01-01T00:00:00Z")) {
      final boolean isLate = date.startsWith("9");
      fixture.create("S", "c" + isLate, "\"pause_until\":\"" + date + "\"");
      fixture.create("S", "d" + isLate, "");
      assertEquals(
          isLate,
          fixture
              .api("CONSUMER.PAUSE.S.d" + isLate, "{\"pause_until\":\"" + date + "\"}")
              .bool("paused", false));
      final var started =
          fixture.create(
              "S",
              "t" + isLate,
              "\"deliver_policy\":\"by_start_time\",\"opt_start_time\":\"" + date + "\"");
      assertEquals(isLate ? 0 : 1, started.number("num_pending", -1));
    }

    fixture.restart();

    assertFalse(fixture.info("S", "ctrue").has("error"));
    assertEquals(0, fixture.fetch("S", "ctrue", 1).size());
    assertEquals(1, fixture.fetch("S", "cfalse", 1).size());
  }

  @Test
  void shouldPurgeUpToTheHighestSequence() {
    streams.create("S", "\"subjects\":[\"s.>\"]");
    fixture.create("S", "c", "\"durable_name\":\"c\",\"ack_policy\":\"explicit\"");
    fixture.publish(2, "s.a");
    final long highest = StreamConfigRules.SEQUENCE_MAX;
    assertFalse(fixture.api("STREAM.PURGE.S", "{\"seq\":" + highest + "}").has("error"));
    assertEquals(highest - 1, streams.stream("S").committedSequence());
    fixture.publish(1, "s.a");
    assertEquals(highest, fixture.fetch("S", "c", 1).getFirst().streamSequence());

    fixture.restart();

    assertEquals(highest, streams.stream("S").committedSequence());
  }
}
