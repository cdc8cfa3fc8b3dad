package io.mothership.jetstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.jetstream.index.StateBudget;
import io.mothership.jetstream.model.JetStreamConfig;
import io.mothership.jetstream.model.JetStreamLimits;
import io.mothership.jetstream.stream.StreamPeek;
import io.mothership.json.JsonReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Each bound of what takes memory: below it everything works, at it a clear error, everything else
 * goes on, and when something is deleted it works again.
 */
final class StateBoundsTest {
  private static final int MIB = 1024 * 1024;
  private static final long SECOND_NS = 1_000_000_000L;
  private static final String NO_MEMORY =
      "\"code\":500,\"err_code\":10028,\"description\":\"insufficient memory resources available\"";

  private static StreamFixture fixture(final JetStreamLimits limits) {
    final StreamFixture js = new StreamFixture(JetStreamConfig.defaults().withLimits(limits));
    js.checkpointBytes(1L << 30);
    js.restart();
    return js;
  }

  private static StreamFixture withMemory(final int bytes) {
    return fixture(JetStreamLimits.defaults().withStateBytesMax(bytes));
  }

  private static boolean isStored(final String answer) {
    return answer.contains("\"seq\":") && !answer.contains("\"error\"");
  }

  /** Publishes to subject after subject until one is refused; how many were not. */
  private static int fill(final StreamFixture js, final String prefix) {
    int stored = 0;
    String answer = js.publish(prefix + stored, "x");
    while (isStored(answer)) {
      stored++;
      assertTrue(stored < 1_000_000, "never refused");
      answer = js.publish(prefix + stored, "x");
    }
    final int count = stored;
    final String last = answer;
    assertTrue(last.contains(NO_MEMORY), () -> count + ": " + last);
    return stored;
  }

  @Test
  void shouldRefuseSubjectsBeyondTheMemoryAndTakeThemAgainAfterAPurge() {
    final StreamFixture js = withMemory(MIB);
    js.create("BIG", "\"subjects\":[\"big.>\"]");
    js.create("SMALL", "\"subjects\":[\"small.>\"],\"max_msgs\":10");
    final StateBudget state = js.jetStream().home().state();
    final int stored = fill(js, "big.");
    assertTrue(stored > 4_000, () -> "stored=" + stored);
    assertTrue(state.bytes() <= MIB, () -> "bytes=" + state.bytes());
    assertEquals(stored, js.stream("BIG").messageCount());
    assertTrue(state.refusals() > 0);

    assertTrue(isStored(js.publish("small.1", "x")), "who holds little has the reserve");
    assertTrue(js.request("STREAM.MSG.GET.BIG", "{\"seq\":1}").contains("big.0"));
    assertTrue(
        js.request("CONSUMER.CREATE.BIG.reader", consumer("BIG", "reader")).contains("\"name\""));
    js.send("$JS.API.CONSUMER.MSG.NEXT.BIG.reader", "next", "{\"batch\":3}");
    js.step();
    assertEquals(3, js.received().size() - 1);

    js.restart();
    assertEquals(stored, js.stream("BIG").messageCount());
    // What the checkpoint says of the index lies outside the heap; the subjects do not.
    final int more = fill(js, "big.more.");
    assertTrue(more < stored, () -> "a start forgets no bound: more=" + more);
    js.request("STREAM.PURGE.BIG", "{\"keep\":100}");
    assertTrue(fill(js, "big.again.") > 3_000);
    js.request("STREAM.DELETE.BIG", "");
    js.create("OTHER", "\"subjects\":[\"other.>\"]");
    assertTrue(fill(js, "other.") > 4_000);
  }

  @Test
  void shouldGoOnWithKnownSubjectsAsLongAsTheirPlaceIsThere() {
    final StreamFixture js = withMemory(MIB);
    js.create("KV", "\"subjects\":[\"kv.>\"],\"max_msgs_per_subject\":1");
    final int keys = fill(js, "kv.");
    js.request("STREAM.PURGE.KV", "{\"keep\":" + keys / 2 + "}");
    // A value displaces another: what it takes comes back, however often and in whatever order.
    for (int i = 0; i < 20 * keys; i++) {
      final String answer = js.publish("kv." + (keys / 2 + i * 7919L % (keys / 2)), "x");
      assertTrue(isStored(answer), answer);
    }
    assertEquals(keys / 2, js.stream("KV").index().subjects().count(), 1);
  }

  @Test
  void shouldRefuseIdsBeyondTheMemoryAndForgetNone() {
    final StreamFixture js = withMemory(MIB);
    js.create("S", "\"subjects\":[\"s\"],\"max_msgs\":1");
    int stored = 0;
    String answer = js.publish("s", "x", "Nats-Msg-Id: " + stored);
    while (isStored(answer)) {
      stored++;
      answer = js.publish("s", "x", "Nats-Msg-Id: " + stored);
    }
    assertTrue(answer.contains(NO_MEMORY), answer);
    final int ids = stored;
    assertTrue(ids > 10_000, () -> "ids=" + ids);
    assertTrue(js.publish("s", "x", "Nats-Msg-Id: 0").contains("duplicate"));
    assertTrue(js.publish("s", "x", "Nats-Msg-Id: " + (ids - 1)).contains("duplicate"));
    assertTrue(isStored(js.publish("s", "without an id")));
    js.clock().advanceNs(121 * SECOND_NS);
    assertTrue(isStored(js.publish("s", "x", "Nats-Msg-Id: " + ids)));
    assertEquals(1, StreamPeek.dedupeCount(js.stream("S")));
  }

  @Test
  void shouldDeliverOnWhenThereIsMemoryAgain() {
    final StreamFixture js = withMemory(MIB);
    js.create("S", "\"subjects\":[\"s\"]");
    for (int i = 0; i < 1_000; i++) {
      js.publish("s", "x");
    }
    final int consumers = 16;
    for (int i = 0; i < consumers; i++) {
      js.request("CONSUMER.CREATE.S.c" + i, consumer("S", "c" + i));
    }
    for (int i = 0; i < consumers; i++) {
      js.send("$JS.API.CONSUMER.MSG.NEXT.S.c" + i, "next", "{\"batch\":1000}");
    }
    js.step();
    final long held = delivered(js, 0, consumers);
    assertTrue(held < consumers * 1_000, "delivery did not wait: " + held);
    for (int i = 0; i < consumers / 2; i++) {
      js.request("CONSUMER.DELETE.S.c" + i, "");
    }
    js.step();
    assertEquals(consumers / 2 * 1_000, delivered(js, consumers / 2, consumers));
  }

  private static long delivered(final StreamFixture js, final int from, final int to) {
    long sum = 0;
    for (int i = from; i < to; i++) {
      final String answer = js.request("CONSUMER.INFO.S.c" + i, "");
      sum += JsonReader.parse(answer.getBytes(StandardCharsets.UTF_8)).number("num_ack_pending", 0);
    }
    return sum;
  }

  @Test
  void shouldRememberIdsThatALowerBoundWouldNotTake() {
    final StreamFixture js = fixture(JetStreamLimits.defaults().withDedupeIdsMax(2));
    js.create("S", "\"subjects\":[\"s\"],\"duplicate_window\":1000000000");
    js.publish("s", "x", "Nats-Msg-Id: 1");
    js.publish("s", "x", "Nats-Msg-Id: 2");
    assertTrue(js.publish("s", "x", "Nats-Msg-Id: 3").contains("10023"));
    js.clock().advanceNs(1_100_000_000L);
    js.publish("s", "x", "Nats-Msg-Id: 3");
    js.publish("s", "x", "Nats-Msg-Id: 4");
    js.request("STREAM.UPDATE.S", "{\"name\":\"S\",\"subjects\":[\"s\"]}");
    js.restart();
    assertTrue(js.publish("s", "x", "Nats-Msg-Id: 3").contains("duplicate"));
    assertTrue(js.publish("s", "x", "Nats-Msg-Id: 4").contains("duplicate"));
  }

  @Test
  void shouldRefuseConsumersBeyondTheirNumber() {
    final StreamFixture js = fixture(JetStreamLimits.defaults().withCounts(2, 3, -1));
    js.create("A", "\"subjects\":[\"a\"]");
    js.create("B", "\"subjects\":[\"b\"]");
    assertTrue(
        js.request("STREAM.CREATE.C", "{\"name\":\"C\"}")
            .contains("\"err_code\":10027,\"description\":\"maximum number of streams reached\""));
    for (final String name : List.of("one", "two")) {
      assertFalse(js.request("CONSUMER.CREATE.A." + name, consumer("A", name)).contains("error"));
    }
    assertFalse(js.request("CONSUMER.CREATE.B.three", consumer("B", "three")).contains("error"));
    assertTrue(
        js.request("CONSUMER.CREATE.B.four", consumer("B", "four"))
            .contains("\"err_code\":10026,\"description\":\"maximum consumers limit reached\""));
    assertFalse(
        js.request("CONSUMER.CREATE.B.three", consumer("B", "three")).contains("error"),
        "one that is there may be asked for again");
    assertTrue(isStored(js.publish("b", "x")));
    js.request("CONSUMER.DELETE.A.one", "");
    assertFalse(js.request("CONSUMER.CREATE.B.four", consumer("B", "four")).contains("error"));
    js.request("STREAM.DELETE.A", "");
    js.create("C", "");
  }

  @Test
  void shouldRefuseConsumersBeyondTheMemory() {
    final StreamFixture js = withMemory(2 * MIB);
    js.create("S", "\"subjects\":[\"s\"]");
    js.publish("s", "x");
    int made = 0;
    String answer = js.request("CONSUMER.CREATE.S.c" + made, consumer("S", "c" + made));
    while (!answer.contains("error")) {
      made++;
      assertTrue(made < 10_000, "never refused");
      answer = js.request("CONSUMER.CREATE.S.c" + made, consumer("S", "c" + made));
    }
    assertTrue(answer.contains(NO_MEMORY), answer);
    assertTrue(made > 50);
    assertTrue(isStored(js.publish("s", "x")));
    js.create("T", "");
    assertTrue(isStored(js.publish("T", "x")), "the reserve is for streams");
    js.send("$JS.API.CONSUMER.MSG.NEXT.S.c0", "next", "{\"batch\":1,\"expires\":1000000000}");
    js.step();
    js.restart();
    assertTrue(js.request("CONSUMER.CREATE.S.more", consumer("S", "more")).contains(NO_MEMORY));
    for (int i = 0; i < 20; i++) {
      js.request("CONSUMER.DELETE.S.c" + i, "");
    }
    assertFalse(js.request("CONSUMER.CREATE.S.more", consumer("S", "more")).contains("error"));
  }

  @Test
  void shouldRefuseStreamsBeyondTheMemory() {
    final StreamFixture js = withMemory(MIB);
    int made = 0;
    String answer = js.request("STREAM.CREATE.S0", "{\"name\":\"S0\"}");
    while (!answer.contains("error")) {
      made++;
      assertTrue(made < 1_000, "never refused");
      answer = js.request("STREAM.CREATE.S" + made, "{\"name\":\"S" + made + "\"}");
    }
    assertTrue(answer.contains(NO_MEMORY), answer);
    assertTrue(made > 50);
    assertTrue(js.request("STREAM.INFO.S1", "").contains("\"messages\":0"));
    js.request("STREAM.DELETE.S1", "");
    js.request("STREAM.DELETE.S2", "");
    js.create("MORE", "");
  }

  @Test
  void shouldKeepWhatOneConsumerMayHaveUnacknowledged() {
    final StreamFixture js = fixture(JetStreamLimits.defaults().withCounts(-1, -1, 500));
    js.create("S", "\"subjects\":[\"s\"]");
    assertTrue(
        js.request("CONSUMER.CREATE.S.c", consumer("S", "c")).contains("\"max_ack_pending\":500"));
    for (final int wanted : new int[] {501, -1}) {
      assertTrue(
          js.request("CONSUMER.CREATE.S.d", pending("d", wanted))
              .contains(
                  "\"err_code\":10121,\"description\":\"consumer max ack pending exceeds system"
                      + " limit of 500\""));
    }
    assertFalse(js.request("CONSUMER.CREATE.S.d", pending("d", 500)).contains("error"));
  }

  @Test
  void shouldHoldDeliveriesBackUntilSomethingIsAcknowledged() {
    final StreamFixture js = withMemory(MIB);
    final int messages = 8_000;
    js.create("S", "\"subjects\":[\"s\"]");
    for (int i = 0; i < messages; i++) {
      js.publish("s", "x");
    }
    js.request("CONSUMER.CREATE.S.c", pending("c", -1));
    js.received().clear();
    js.send("$JS.API.CONSUMER.MSG.NEXT.S.c", "next", "{\"batch\":" + messages + "}");
    js.step();
    final int held = js.received().size();
    assertTrue(held >= 1_000 && held < messages, () -> "held=" + held);
    assertTrue(js.jetStream().home().state().bytes() <= MIB);
    assertTrue(isStored(js.publish("s", "x")), "others go on");
    js.received().clear();
    // Acknowledged one by one, each lets another out, and none comes twice.
    for (int sequence = 1; sequence <= messages - held; sequence++) {
      js.send("$JS.ACK.S.c.1." + sequence + "." + sequence + ".0.0", "", "");
      js.step();
    }
    assertEquals(messages - held, js.received().size());
  }

  @Test
  void shouldRefusePullRequestsBeyondTheMemory() {
    final StreamFixture js = withMemory(256 * 1024);
    js.create("S", "\"subjects\":[\"s\"]");
    js.publish("s", "x");
    js.request(
        "CONSUMER.CREATE.S.c",
        "{\"stream_name\":\"S\",\"config\":{\"name\":\"c\",\"durable_name\":\"c\","
            + "\"deliver_policy\":\"new\",\"max_waiting\":100000}}");
    js.received().clear();
    int waiting = 0;
    while (js.received().isEmpty()) {
      assertTrue(waiting < 2_000, "never refused");
      js.send("$JS.API.CONSUMER.MSG.NEXT.S.c", "next", "{\"batch\":1}");
      js.step();
      waiting++;
    }
    assertTrue(js.received().getFirst().contains("409 Exceeded MaxWaiting"));
    js.received().clear();
    js.publish("s", "x");
    assertTrue(js.received().stream().anyMatch(text -> text.equals("x")), "who waits is served");
  }

  private static String consumer(final String stream, final String name) {
    return "{\"stream_name\":\""
        + stream
        + "\",\"config\":{\"name\":\""
        + name
        + "\",\"durable_name\":\""
        + name
        + "\",\"ack_policy\":\"explicit\"}}";
  }

  private static String pending(final String name, final int max) {
    return "{\"stream_name\":\"S\",\"config\":{\"name\":\""
        + name
        + "\",\"durable_name\":\""
        + name
        + "\",\"ack_policy\":\"explicit\",\"max_ack_pending\":"
        + max
        + "}}";
  }
}
