package io.mothership.transport.nats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.dispatch.SpineConfig;
import io.mothership.dispatch.Threading;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How many subscriptions one client may have, and what those of all clients may take. */
final class NatsSubscriptionLimitsTest {
  private static final String CONNECT = "CONNECT {\"verbose\":false}\r\n";
  private static final String OF_ONE = "-ERR 'maximum subscriptions exceeded'\r\n";
  private static final String OF_ALL = "-ERR 'maximum subscriptions exceeded for this server'\r\n";
  private static final int BYTES_MAX = 64 * 1024;

  private final NatsHarness harness =
      new NatsHarness(
          SpineConfig.of(Threading.INVOKER, 1024 * 1024).withSubscriptions(100, BYTES_MAX));

  @AfterEach
  void close() {
    harness.close();
  }

  @Test
  void shouldRefuseWhatAllClientsTogetherMayNotHold() {
    try (NatsHarness.Client second = connect(CONNECT)) {
      try (NatsHarness.Client first = connect(CONNECT)) {
        subscribe(first, 1, 100, "longer.name.of.a.subject.");
        assertEquals("", first.received());
        subscribe(second, 1, 99, "other.long.name.of.one.");
        assertEquals(OF_ALL, second.received().substring(0, OF_ALL.length()));
        assertTrue(harness.spine().subscriptionBytes() <= BYTES_MAX);
        assertTrue(harness.counters().errors(NatsErrors.SUBSCRIPTION_MEMORY_EXCEEDED) > 0);
        second.send("SUB longer.name.of.a.subject.1 999\r\nPING\r\n");
        assertFalse(second.isClosed());
      }
      second.received();
      second.send("SUB another 1000\r\nPUB another 2\r\nhi\r\n");
      assertEquals("MSG another 1000 2\r\nhi\r\n", second.received());
    }
    assertEquals(0, harness.spine().subscriptionCount());
    assertEquals(0, harness.spine().subscriptionBytes());
  }

  @Test
  void shouldCountTheTokensOfASubject() {
    try (NatsHarness.Client client = connect(CONNECT)) {
      client.send("SUB " + "x.".repeat(900) + "x 1\r\nPING\r\n");
      assertEquals(OF_ALL + "PONG\r\n", client.received());
      assertEquals(0, harness.spine().subscriptionBytes());
    }
  }

  @Test
  void shouldNotBeFooledByUnsubscriptionsThatEndNothing() {
    try (NatsHarness.Client client = connect(CONNECT)) {
      for (int i = 0; i < 150; i++) {
        client.send("SUB a " + i + "\r\nUNSUB " + i + " 1000\r\nUNSUB none\r\n");
      }
      assertEquals(OF_ONE.repeat(50), client.received());
      assertEquals(100, harness.spine().subscriptionCount());
      assertEquals(50, harness.counters().errors(NatsErrors.SUBSCRIPTIONS_EXCEEDED));
    }
  }

  @Test
  void shouldNotConfirmWhatItRefused() {
    try (NatsHarness.Client client = connect("CONNECT {\"verbose\":true}\r\n")) {
      assertEquals("+OK\r\n", client.received());
      subscribe(client, 1, 101, "a");
      assertEquals("+OK\r\n".repeat(100) + OF_ONE, client.received());
      client.send("UNSUB 1\r\nSUB b 200\r\nPING\r\n");
      assertEquals("+OK\r\n+OK\r\nPONG\r\n", client.received());
    }
  }

  private NatsHarness.Client connect(final String line) {
    final NatsHarness.Client client = harness.connect(new NatsConfig());
    client.received();
    client.send(line);
    return client;
  }

  private static void subscribe(
      final NatsHarness.Client client, final int first, final int count, final String subject) {
    for (int i = first; i < first + count; i++) {
      client.send("SUB " + subject + i + " " + i + "\r\n");
    }
  }
}
