package io.mothership.transport.nats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * PINGs, time limits, and the other ways in which this side ends a connection, on a clock of the
 * test's.
 */
final class NatsLivenessTest {
  private static final String CONNECT = "CONNECT {\"verbose\":false}\r\n";

  private final NatsHarness harness = new NatsHarness();

  @AfterEach
  void close() {
    harness.close();
  }

  @Test
  void shouldPingSoonIfTheClientIsSilentAfterConnect() {
    try (NatsHarness.Client client = connect(new NatsConfig())) {
      client.send(CONNECT);
      client.passMs(99);
      assertEquals("", client.received());
      client.passMs(1);
      assertEquals("PING\r\n", client.received());
      client.passMs(1_900);
      assertEquals("PING\r\n", client.received());
    }
  }

  @Test
  void shouldLetClientsThatPingWaitTwoSeconds() {
    try (NatsHarness.Client client = connect(new NatsConfig())) {
      client.send(CONNECT + "PING\r\n");
      assertEquals("PONG\r\n", client.received());
      client.passMs(1_999);
      assertEquals("", client.received());
      client.passMs(1);
      assertEquals("PING\r\n", client.received());
    }
  }

  @Test
  void shouldEndAConnectionThatDoesNotAnswer() {
    try (NatsHarness.Client client = connect(new NatsConfig().pingIntervalMs(5_000))) {
      client.send(CONNECT + "PING\r\n");
      client.received();
      client.passMs(2_000);
      assertEquals("PING\r\n", client.received());
      client.passMs(5_000);
      assertEquals("PING\r\n", client.received());
      client.passMs(5_000);
      assertEquals("-ERR 'Stale Connection'\r\n", client.received());
      assertTrue(client.isClosed());
      assertEquals(1, harness.counters().errors(NatsErrors.STALE_CONNECTION));
    }
  }

  @Test
  void shouldKeepAConnectionThatAnswersOrTalks() {
    try (NatsHarness.Client client = connect(new NatsConfig().pingIntervalMs(5_000))) {
      client.send(CONNECT + "PING\r\n");
      client.passMs(2_000);
      for (int i = 0; i < 5; i++) {
        client.send("PONG\r\n");
        client.passMs(5_000);
        client.passMs(5_000);
      }
      client.received();
      for (int i = 0; i < 5; i++) {
        client.send("PUB a 1\r\nx\r\n");
        client.passMs(5_000);
        assertEquals("", client.received());
      }
      assertFalse(client.isClosed());
    }
  }

  @Test
  void shouldWaitForALoginOnlySoLong() {
    final NatsConfig config = new NatsConfig().logins(NatsLogins.ofToken("t"));
    try (NatsHarness.Client client = connect(config);
        NatsHarness.Client other = connect(config)) {
      other.send("CONNECT {\"verbose\":false,\"auth_token\":\"t\"}\r\nPING\r\n");
      other.received();
      client.passMs(1_999);
      assertFalse(client.isClosed());
      client.passMs(1);
      assertEquals("-ERR 'Authentication Timeout'\r\n", client.received());
      assertTrue(client.isClosed());
      other.passMs(5_000);
      assertFalse(other.isClosed());
    }
  }

  @Test
  void shouldRefuseMoreConnectionsThanAllowed() {
    final NatsConfig config = new NatsConfig().connectionsMax(1);
    try (NatsHarness.Client client = connect(config)) {
      try (NatsHarness.Client other = harness.connect(config)) {
        assertTrue(other.received().matches("INFO .*\r\n-ERR 'maximum connections exceeded'\r\n"));
        assertTrue(other.isClosed());
      }
      assertFalse(client.isClosed());
      assertEquals(1, harness.registry().count());
      client.channel().close();
      try (NatsHarness.Client next = connect(config)) {
        assertFalse(next.isClosed());
      }
    }
  }

  @Test
  void shouldTellLameDuckOnlyToThoseWhoTakeInfo() {
    try (NatsHarness.Client modern = connect(new NatsConfig());
        NatsHarness.Client old = connect(new NatsConfig())) {
      modern.send("CONNECT {\"verbose\":false,\"protocol\":1}\r\n");
      old.send(CONNECT);
      modern.connection().announceLameDuck();
      old.connection().announceLameDuck();
      assertTrue(modern.received().matches("INFO \\{.*\"ldm\":true.*} \r\n"));
      assertEquals("", old.received());
      old.send("SUB a 1\r\n");
      modern.send("PUB a 1\r\nx\r\n");
      old.connection().shutDown();
      assertEquals("MSG a 1 1\r\nx\r\n", old.received());
      assertTrue(old.isClosed());
    }
  }

  @Test
  void shouldCloseAlsoWhenTheDispatcherDoesNot() {
    try (NatsHarness.Client client = harness.connectUnstepped(new NatsConfig())) {
      client.send(CONNECT + "NONSENSE\r\n");
      assertFalse(client.isClosed());
      client.passMs(1_000);
      assertTrue(client.isClosed());
    }
  }

  private NatsHarness.Client connect(final NatsConfig config) {
    final NatsHarness.Client client = harness.connect(config);
    assertTrue(client.received().startsWith("INFO {"));
    return client;
  }
}
