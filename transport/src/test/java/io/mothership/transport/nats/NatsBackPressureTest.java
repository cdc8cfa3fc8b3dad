package io.mothership.transport.nats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a connection does when the ring is full. */
final class NatsBackPressureTest {
  private static final String QUIET =
      "CONNECT {\"verbose\":false,\"pedantic\":false,\"headers\":true}\r\n";
  private static final String VERBOSE =
      "CONNECT {\"verbose\":true,\"pedantic\":true,\"headers\":true,\"protocol\":1}\r\n";

  private final NatsHarness harness = new NatsHarness();

  @AfterEach
  void close() {
    harness.close();
  }

  @Test
  void shouldStopReadingAndLoseNothing() {
    try (NatsHarness.Client client = harness.connectUnstepped(new NatsConfig())) {
      final int count = 6000;
      final String filler = "x".repeat(1000);
      final StringBuilder sent = new StringBuilder(QUIET).append("SUB a 1\r\n");
      final StringBuilder expected = new StringBuilder();
      for (int i = 0; i < count; i++) {
        final String payload = i + filler;
        sent.append("PUB a ").append(payload.length()).append("\r\n").append(payload);
        sent.append("\r\n");
        expected.append("MSG a 1 ").append(payload.length()).append("\r\n").append(payload);
        expected.append("\r\n");
      }
      sent.append("PING\r\n");
      expected.append("PONG\r\n");
      client.received();
      client.send(sent.toString());
      assertFalse(client.channel().config().isAutoRead());
      assertEquals(1, harness.counters().readPauses());
      assertEquals(expected.toString(), drain(client));
      assertTrue(client.channel().config().isAutoRead());
      assertTrue(harness.counters().readPauses() > 1);
      assertEquals(count, harness.counters().messagesIn());
    }
  }

  @Test
  void shouldRepeatNoPartOfAnOperation() {
    // Every operation needs up to three places in the ring; fillers of all sizes make it full
    // between them.
    final Random random = new Random(1);
    final StringBuilder sent = new StringBuilder(VERBOSE);
    final StringBuilder expected = new StringBuilder("+OK\r\n");
    for (int i = 0; i < 4000; i++) {
      final String filler = "y".repeat(random.nextInt(2500));
      sent.append("SUB s").append(i).append(' ').append(i).append("\r\n+OK\r\n");
      sent.append("PUB s").append(i).append(' ').append(filler.length()).append("\r\n");
      sent.append(filler).append("\r\nPUB a..b 1\r\nx\r\nUNSUB ").append(i).append("\r\n");
      expected.append("+OK\r\n+OK\r\nMSG s").append(i).append(' ').append(i).append(' ');
      expected.append(filler.length()).append("\r\n").append(filler).append("\r\n");
      expected.append("-ERR 'Invalid Publish Subject'\r\n+OK\r\n+OK\r\n");
    }
    try (NatsHarness.Client client = harness.connectUnstepped(new NatsConfig())) {
      client.received();
      client.send(sent.toString());
      assertEquals(expected.toString(), drain(client));
      assertTrue(harness.counters().readPauses() > 1);
    }
  }

  @Test
  void shouldCloseTheSessionAlsoWhenTheRingIsFull() {
    try (NatsHarness.Client listener = harness.connectUnstepped(new NatsConfig());
        NatsHarness.Client client = harness.connectUnstepped(new NatsConfig())) {
      listener.send(QUIET + "SUB never 1\r\n");
      harness.step();
      client.send(QUIET + "SUB a 1\r\n");
      harness.step();
      client.send(("PUB a 60000\r\n" + "z".repeat(60_000) + "\r\n").repeat(100));
      assertTrue(client.connection().isPaused());
      client.channel().close();
      for (int i = 0; i < 10; i++) {
        harness.step();
        client.passMs(1);
      }
      assertEquals(0, client.connection().outbox().pendingBytes());
      listener.received();
      listener.send("SUB a 2\r\nPUB a 1\r\nx\r\nPING\r\n");
      assertEquals("MSG a 2 1\r\nx\r\nPONG\r\n", drain(listener));
    }
  }

  private String drain(final NatsHarness.Client client) {
    final StringBuilder received = new StringBuilder();
    boolean isMore = true;
    while (isMore) {
      harness.step();
      client.passMs(1);
      harness.step();
      final String part = client.received();
      isMore = !part.isEmpty() || client.connection().isPaused();
      received.append(part);
    }
    return received.toString();
  }
}
