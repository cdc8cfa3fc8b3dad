package io.mothership.jetstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** A full disk: refused, nothing acknowledged and lost, and over by itself. */
final class DiskFullTest {
  private static final long SECOND_NS = 1_000_000_000L;
  private static final String REFUSED = "\"err_code\":10047";

  private final StreamFixture js = new StreamFixture();

  @Test
  void shouldRefuseMessagesBelowTheReserveAndTakeThemAgain() {
    js.create("S", "\"subjects\":[\"s.>\"]");
    js.publish("s.1", "");
    js.journal().spaceLow(true);
    assertTrue(js.publish("s.2", "").contains("\"seq\":2"), "the first to notice still goes in");
    final String refused = js.publish("s.3", "");
    assertTrue(refused.contains(REFUSED), refused);
    assertTrue(js.request("STREAM.MSG.GET.S", "{\"seq\":1}").contains("\"seq\":1"));
    assertTrue(js.request("STREAM.MSG.DELETE.S", "{\"seq\":1}").contains("\"success\":true"));
    assertFalse(js.spine().takesMessages());
    js.journal().spaceLow(false);
    js.clock().advanceNs(SECOND_NS);
    js.step();
    assertTrue(js.publish("s.4", "").contains("\"seq\":3"));
    assertTrue(js.spine().takesMessages());
  }

  @Test
  void shouldKeepWhatWasTakenUntilThereIsSpace() {
    js.create("S", "\"subjects\":[\"s.>\"]");
    js.journal().full(true);
    for (int i = 0; i < 100; i++) {
      js.send("s." + i, "ack" + i, "payload " + i, "Nats-Msg-Id: " + i);
    }
    js.received().clear();
    js.step();
    assertEquals(0, js.received().size(), "acknowledged without being stored");
    js.clock().advanceNs(SECOND_NS);
    js.step();
    assertEquals(0, js.received().size());
    js.journal().full(false);
    js.clock().advanceNs(SECOND_NS);
    js.step();
    assertEquals(100, js.received().size());
    assertEquals(100, js.stream("S").messageCount());
    js.powerCut();
    assertEquals(100, js.stream("S").messageCount());
    assertTrue(js.publish("s.7", "", "Nats-Msg-Id: 7").contains("duplicate"));
  }

  @Test
  void shouldRefuseAndReadWhileARecordWaitsForSpace() {
    js.create("S", "\"subjects\":[\"s.>\"]");
    js.publish("s.1", "");
    js.journal().full(true);
    assertEquals("", js.publish("s.2", ""), "the first to notice waits");
    final String refused = js.publish("s.3", "");
    assertTrue(refused.contains(REFUSED), refused);
    assertTrue(js.request("STREAM.MSG.GET.S", "{\"seq\":1}").contains("\"seq\":1"));
    js.journal().full(false);
    js.clock().advanceNs(SECOND_NS);
    js.step();
    assertTrue(js.publish("s.4", "").contains("\"seq\":3"));
  }

  @Test
  void shouldWriteACheckpointForEveryChangeWhileSpaceIsLow() {
    js.create("S", "\"subjects\":[\"s.>\"]");
    js.checkpointBytes(1L << 30);
    js.stopAndStart();
    js.publish("s.1", "");
    final int before = js.journal().checkpointCount();
    js.publish("s.2", "");
    assertEquals(before, js.journal().checkpointCount());
    js.journal().spaceLow(true);
    js.publish("s.3", "");
    js.request("STREAM.PURGE.S", "");
    assertTrue(js.journal().checkpointCount() > before);
  }
}
