package io.mothership.transport.nats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.security.SubjectRules;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What recorded dialogues of one client cannot show of permissions. */
final class NatsPermissionsTest {
  private static final NatsLogins LOGINS =
      NatsLogins.of(
          new NatsUser("alice", "a"),
          new NatsUser(
              "bob",
              "b",
              new SubjectRules(
                  List.of(), List.of("fleet.secret"), List.of(), List.of("fleet.secret"))));

  private final NatsHarness harness = new NatsHarness();

  @AfterEach
  void close() {
    harness.close();
  }

  @Test
  void shouldNotDeliverWhatIsDeniedToAWiderSubscription() {
    try (NatsHarness.Client alice = login("alice", "a");
        NatsHarness.Client bob = login("bob", "b")) {
      bob.send("SUB fleet.> 1\r\n");
      alice.send("PUB fleet.secret 1\r\nx\r\nPUB fleet.open 1\r\ny\r\n");
      assertEquals("MSG fleet.open 1 1\r\ny\r\n", bob.received());
    }
  }

  @Test
  void shouldForgetTheRulesAndSubscriptionsOfTheUserBefore() {
    try (NatsHarness.Client client = login("alice", "a");
        NatsHarness.Client alice = login("alice", "a")) {
      client.send("SUB fleet.> 1\r\n");
      client.send(connect("bob", "b") + "SUB fleet.* 2\r\nPUB fleet.secret 1\r\nx\r\n");
      alice.send("PUB fleet.secret 1\r\nx\r\nPUB fleet.open 1\r\ny\r\n");
      assertEquals(
          "-ERR 'Permissions Violation for Publish to \"fleet.secret\"'\r\n"
              + "MSG fleet.open 2 1\r\ny\r\n",
          client.received());
    }
  }

  @Test
  void shouldAdmitNobodyByAnEmptyNameOrPassword() {
    for (final String credentials :
        List.of(
            "\"user\":\"\",\"pass\":\"\"",
            "\"user\":\"\",\"pass\":\"a\"",
            "\"user\":\"nobody\",\"pass\":\"\"",
            "\"user\":\"alice\"",
            "\"auth_token\":\"a\"")) {
      try (NatsHarness.Client client = harness.connect(new NatsConfig().logins(LOGINS))) {
        client.received();
        client.send("CONNECT {" + credentials + "}\r\nPING\r\n");
        assertEquals("-ERR 'Authorization Violation'\r\n", client.received());
        assertTrue(client.isClosed());
      }
    }
  }

  @Test
  void shouldKeepSecretsOutOfTexts() {
    assertEquals("NatsUser[name=alice]", new NatsUser("alice", "a").toString());
    assertEquals("NatsLogins[users=2, keys=0, hasToken=false]", LOGINS.toString());
    assertEquals("NatsLogins[users=0, keys=0, hasToken=true]", NatsLogins.ofToken("t").toString());
  }

  private NatsHarness.Client login(final String name, final String secret) {
    final NatsHarness.Client client = harness.connect(new NatsConfig().logins(LOGINS));
    client.send(connect(name, secret));
    assertTrue(client.received().startsWith("INFO {"));
    return client;
  }

  private static String connect(final String name, final String secret) {
    return "CONNECT {\"verbose\":false,\"user\":\"" + name + "\",\"pass\":\"" + secret + "\"}\r\n";
  }
}
