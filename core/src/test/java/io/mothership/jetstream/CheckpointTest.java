package io.mothership.jetstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.jetstream.model.JetStreamConfig;
import io.mothership.journal.FrozenState;
import io.mothership.journal.StateDecoder;
import io.mothership.journal.StateEncoder;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What a checkpoint keeps, and that nothing else is needed. */
final class CheckpointTest {
  private static final long SECOND_NS = 1_000_000_000L;

  private final StreamFixture js = new StreamFixture();

  @Test
  void shouldBringBackEverythingWithoutReadingWhatItCovers() {
    js.create("LIMITS", "\"subjects\":[\"l.>\"],\"max_msgs\":50,\"max_age\":600000000000");
    js.create("QUEUE", "\"subjects\":[\"q.>\"],\"retention\":\"workqueue\"");
    js.create("TTL", "\"subjects\":[\"t.>\"],\"allow_msg_ttl\":true");
    js.create("KV", "\"subjects\":[\"k.>\"],\"max_msgs_per_subject\":2,\"allow_rollup_hdrs\":true");
    for (int i = 0; i < 3000; i++) {
      js.publish("l." + i % 9, "payload " + i, "Nats-Msg-Id: l" + i);
      js.publish("q." + i, "");
      js.publish("k." + i % 41, "value");
      js.publish("t." + i, "x", "Nats-TTL: " + (i % 2 == 0 ? "5s" : "never"));
    }
    js.request("STREAM.MSG.DELETE.QUEUE", "{\"seq\":17}");
    js.request("STREAM.PURGE.KV", "{\"filter\":\"k.7\"}");
    final String before = js.state();
    js.stopAndStart();
    assertEquals(before, js.state());
    assertEquals(0, js.recordsRead(), "an orderly stop leaves a checkpoint of everything");
    assertTrue(js.publish("l.1", "", "Nats-Msg-Id: l2999").contains("duplicate"));
    assertTrue(js.publish("q.again", "").contains("\"seq\":3001"));
    js.clock().advanceNs(6 * SECOND_NS);
    js.step();
    assertEquals(1500, js.stream("TTL").messageCount());
    js.restart();
    // All that is new since are the removals of those that went before older ones.
    assertTrue(js.recordsRead() < 1600, () -> "recordsRead=" + js.recordsRead());
    assertEquals(1500, js.stream("TTL").messageCount());
  }

  @Test
  void shouldGoOnUnchangedWhileAFrozenStateIsWritten() {
    js.checkpointBytes(1L << 30);
    js.restart();
    js.create("S", "\"subjects\":[\"s.>\"],\"max_msgs_per_subject\":1");
    for (int i = 0; i < 2500; i++) {
      js.publish("s." + i % 100, "");
    }
    final FrozenState frozen = js.jetStream().freeze();
    final byte[] atOnce = bytes(frozen);
    for (int i = 0; i < 5000; i++) {
      js.publish("s." + i % 137, "", "Nats-Msg-Id: x" + i);
    }
    js.request("STREAM.PURGE.S", "{\"keep\":5}");
    assertEquals(5, js.stream("S").messageCount());
    assertTrue(js.jetStream().home().freezing().isUnderWay(), "no checkpoint came between");
    assertEquals(-1, Arrays.mismatch(atOnce, bytes(frozen)), () -> "of " + atOnce.length);
  }

  @Test
  void shouldKeepNothingOfACheckpointThatCannotBeUnderstood() {
    js.create("S", "\"subjects\":[\"s.>\"]");
    js.publish("s.1", "");
    final byte[] good = bytes(js.jetStream().freeze());
    for (int length = 0; length < good.length; length += 7) {
      final JetStream restored = new JetStream(JetStreamConfig.defaults());
      final StateDecoder cut = new StateDecoder(ByteBuffer.wrap(Arrays.copyOf(good, length)));
      assertFalse(restored.onCheckpoint(5, cut));
      assertTrue(restored.home().streams().isEmpty());
    }
    final byte[] longer = Arrays.copyOf(good, good.length + 1);
    final JetStream restored = new JetStream(JetStreamConfig.defaults());
    assertFalse(restored.onCheckpoint(5, new StateDecoder(ByteBuffer.wrap(longer))));
    assertTrue(restored.onCheckpoint(5, new StateDecoder(ByteBuffer.wrap(good))));
  }

  @Test
  void shouldShowEveryMessageAndWhereItLies() {
    js.create("S", "\"subjects\":[\"s.>\"]");
    js.create("M", "\"subjects\":[\"m.>\"],\"storage\":\"memory\"");
    for (int i = 0; i < 20; i++) {
      js.publish("s." + i, "");
      js.publish("m." + i, "");
    }
    js.request("STREAM.MSG.DELETE.S", "{\"seq\":3}");
    final int[] shown = new int[1];
    js.jetStream()
        .freeze()
        .forEachMessage(
            (streamId, sequence, location, size) -> {
              shown[0]++;
              assertTrue(location >= 0);
              assertFalse(streamId == js.stream("S").id() && sequence == 3);
            });
    assertEquals(39, shown[0]);
  }

  private static byte[] bytes(final FrozenState state) {
    final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    final StateEncoder out =
        new StateEncoder(
            64,
            part -> {
              while (part.hasRemaining()) {
                bytes.write(part.get());
              }
            });
    state.encode(out);
    out.finish();
    return bytes.toByteArray();
  }
}
