package io.mothership.transport.nats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.dispatch.Threading;
import io.mothership.error.MothershipException;
import io.mothership.security.SubjectRules;
import io.nats.client.Connection;
import io.nats.client.Nats;
import io.nats.client.Options;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** New logins and limits while clients are connected. */
final class NatsReloadIT {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final NatsUser ANN = new NatsUser("ann", "a");
  private static final NatsUser BOB = new NatsUser("bob", "b");

  private final TcpBroker broker =
      new TcpBroker(new NatsConfig().logins(NatsLogins.of(ANN, BOB)), Threading.SHARED);

  @AfterEach
  void close() {
    broker.close();
  }

  @Test
  void shouldEndThoseWhoMayNoLongerBeThere() throws Exception {
    final CountDownLatch annIsOut = new CountDownLatch(1);
    try (Connection ann = connect("ann", "a", annIsOut);
        Connection bob = connect("bob", "b", new CountDownLatch(1))) {
      broker
          .listener()
          .reconfigure(new NatsConfig().logins(NatsLogins.of(new NatsUser("ann", "x"), BOB)));
      assertTrue(annIsOut.await(10, TimeUnit.SECONDS));
      bob.flush(PATIENCE);
      assertEquals(Connection.Status.CONNECTED, bob.getStatus());
      assertThrows(Exception.class, () -> connect("ann", "a", new CountDownLatch(1)));
      connect("ann", "x", new CountDownLatch(1)).close();
      assertEquals(Connection.Status.CLOSED, ann.getStatus());
    }
  }

  @Test
  void shouldEndThoseWhoseRightsHaveChanged() throws Exception {
    final SubjectRules rules = new SubjectRules(List.of("a.>"), List.of(), List.of(), List.of());
    final CountDownLatch annIsOut = new CountDownLatch(1);
    try (Connection ann = connect("ann", "a", annIsOut)) {
      broker
          .listener()
          .reconfigure(new NatsConfig().logins(NatsLogins.of(new NatsUser("ann", "a", rules))));
      assertTrue(annIsOut.await(10, TimeUnit.SECONDS));
      assertEquals(Connection.Status.CLOSED, ann.getStatus());
    }
  }

  @Test
  void shouldEndAnonymousClientsWhenALoginIsRequired() throws Exception {
    broker.listener().reconfigure(new NatsConfig());
    final CountDownLatch isOut = new CountDownLatch(1);
    try (Connection anonymous = connect("", "", isOut)) {
      anonymous.flush(PATIENCE);
      broker.listener().reconfigure(new NatsConfig().logins(NatsLogins.of(ANN)));
      assertTrue(isOut.await(10, TimeUnit.SECONDS));
    }
  }

  @Test
  void shouldHoldNewConnectionsToNewLimits() throws Exception {
    try (Connection bob = connect("bob", "b", new CountDownLatch(1))) {
      broker
          .listener()
          .reconfigure(new NatsConfig().logins(NatsLogins.of(ANN, BOB)).connectionsMax(1));
      assertThrows(Exception.class, () -> connect("ann", "a", new CountDownLatch(1)));
      bob.flush(PATIENCE);
    }
  }

  @Test
  void shouldKeepWhatItHasWhenTheNewIsWrong() throws Exception {
    assertThrows(
        MothershipException.class,
        () -> broker.listener().reconfigure(new NatsConfig().connectionsMax(0)));
    connect("ann", "a", new CountDownLatch(1)).close();
  }

  private Connection connect(final String user, final String password, final CountDownLatch isOut)
      throws Exception {
    final Options.Builder options =
        new Options.Builder()
            .server("nats://127.0.0.1:" + broker.port())
            .connectionTimeout(PATIENCE)
            .noReconnect()
            .connectionListener(
                (connection, event) -> {
                  if (connection.getStatus() == Connection.Status.CLOSED) {
                    isOut.countDown();
                  }
                });
    if (!user.isEmpty()) {
      options.userInfo(user, password);
    }
    return Nats.connect(options.build());
  }
}
