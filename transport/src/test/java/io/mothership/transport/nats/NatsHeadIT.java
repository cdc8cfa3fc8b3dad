package io.mothership.transport.nats;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.dispatch.Threading;
import io.nats.client.AuthenticationException;
import io.nats.client.Connection;
import io.nats.client.Dispatcher;
import io.nats.client.Message;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.nats.client.Subscription;
import io.nats.client.impl.Headers;
import io.nats.client.impl.NatsMessage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The official Java client against the head, over TCP, with the dispatcher on either thread. */
@SuppressWarnings("try")
@ParameterizedClass
@EnumSource(
    value = Threading.class,
    names = {"SHARED", "DEDICATED"})
final class NatsHeadIT {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Threading threading;
  private TcpBroker broker;

  NatsHeadIT(final Threading threading) {
    this.threading = threading;
  }

  @BeforeEach
  void open() {
    broker = new TcpBroker(new NatsConfig(), threading);
  }

  @AfterEach
  void close() throws Exception {
    broker.close();
  }

  @Test
  void shouldIntroduceItself() throws Exception {
    try (Connection client = connect()) {
      assertEquals("2.15.1", client.getServerInfo().getVersion());
      assertEquals(broker.port(), client.getServerInfo().getPort());
      assertTrue(client.getServerInfo().isHeadersSupported());
      assertTrue(client.getServerInfo().isJetStreamAvailable());
      assertEquals("127.0.0.1", client.getServerInfo().getClientIp());
      assertEquals(1024 * 1024, client.getMaxPayload());
      assertNotNull(client.RTT());
    }
  }

  @Test
  void shouldDeliverBySubjectWildcardAndHeaders() throws Exception {
    try (Connection client = connect()) {
      final Subscription exact = client.subscribe("fleet.a.telemetry");
      final Subscription star = client.subscribe("fleet.*.telemetry");
      final Subscription rest = client.subscribe("fleet.>");
      client.publish(
          NatsMessage.builder()
              .subject("fleet.a.telemetry")
              .replyTo("answer.here")
              .headers(new Headers().put("Nats-Msg-Id", "id-1").put("Many", "1", "2"))
              .data("up")
              .build());
      client.publish("fleet.b.telemetry", "down".getBytes(StandardCharsets.UTF_8));
      final Message first = exact.nextMessage(PATIENCE);
      assertEquals("up", text(first));
      assertEquals("answer.here", first.getReplyTo());
      assertEquals("id-1", first.getHeaders().getFirst("Nats-Msg-Id"));
      assertEquals(List.of("1", "2"), first.getHeaders().get("Many"));
      assertEquals("up", text(star.nextMessage(PATIENCE)));
      assertEquals("down", text(star.nextMessage(PATIENCE)));
      assertEquals("up", text(rest.nextMessage(PATIENCE)));
      final Message last = rest.nextMessage(PATIENCE);
      assertEquals("fleet.b.telemetry", last.getSubject());
      assertNull(last.getHeaders());
      client.flush(PATIENCE);
      assertEquals(1, exact.getDeliveredCount());
    }
  }

  @Test
  void shouldShareAQueueGroup() throws Exception {
    final int count = 1000;
    try (Connection one = connect();
        Connection other = connect()) {
      final AtomicInteger ones = new AtomicInteger();
      final AtomicInteger others = new AtomicInteger();
      final CountDownLatch all = new CountDownLatch(count);
      one.createDispatcher(message -> count(ones, all)).subscribe("jobs", "workers");
      other.createDispatcher(message -> count(others, all)).subscribe("jobs", "workers");
      one.flush(PATIENCE);
      other.flush(PATIENCE);
      for (int i = 0; i < count; i++) {
        one.publish("jobs", new byte[0]);
      }
      assertTrue(all.await(10, TimeUnit.SECONDS));
      one.flush(PATIENCE);
      other.flush(PATIENCE);
      assertEquals(count, ones.get() + others.get());
      assertTrue(ones.get() > 0 && others.get() > 0);
    }
  }

  @Test
  void shouldAnswerRequestsAndSayWhenNobodyDoes() throws Exception {
    try (Connection client = connect();
        Connection service = connect()) {
      final Dispatcher echo =
          service.createDispatcher(
              message -> service.publish(message.getReplyTo(), message.getData()));
      echo.subscribe("echo");
      service.flush(PATIENCE);
      for (int i = 0; i < 100; i++) {
        final Message answer = client.request("echo", ("n" + i).getBytes(), PATIENCE);
        assertEquals("n" + i, text(answer));
      }
    }
    try (Connection client = connect(options().reportNoResponders())) {
      final ExecutionException refused =
          assertThrows(
              ExecutionException.class,
              () -> client.request("nobody", new byte[0]).get(10, TimeUnit.SECONDS));
      assertTrue(refused.getMessage().contains("503"), refused::getMessage);
    }
  }

  @Test
  void shouldUnsubscribeAfterAMaximum() throws Exception {
    try (Connection client = connect()) {
      final Subscription subscription = client.subscribe("a");
      subscription.unsubscribe(3);
      for (int i = 0; i < 10; i++) {
        client.publish("a", ("" + i).getBytes());
      }
      client.flush(PATIENCE);
      for (int i = 0; i < 3; i++) {
        assertEquals("" + i, text(subscription.nextMessage(PATIENCE)));
      }
      assertFalse(subscription.isActive());
    }
  }

  @Test
  void shouldDrainAClient() throws Exception {
    try (Connection client = connect();
        Connection publisher = connect()) {
      final AtomicInteger received = new AtomicInteger();
      client.createDispatcher(message -> received.incrementAndGet()).subscribe("a");
      client.flush(PATIENCE);
      for (int i = 0; i < 5000; i++) {
        publisher.publish("a", new byte[100]);
      }
      publisher.flush(PATIENCE);
      assertTrue(client.drain(PATIENCE).get(10, TimeUnit.SECONDS));
      assertEquals(5000, received.get());
    }
  }

  @Test
  void shouldCarryTheLargestPayloadAndRefuseALargerOne() throws Exception {
    final byte[] payload = new byte[1024 * 1024];
    new Random(7).nextBytes(payload);
    try (Connection client = connect()) {
      final Subscription subscription = client.subscribe("big");
      for (int i = 0; i < 20; i++) {
        client.publish("big", payload);
      }
      for (int i = 0; i < 20; i++) {
        assertArrayEquals(payload, subscription.nextMessage(PATIENCE).getData());
      }
      assertThrows(
          IllegalArgumentException.class, () -> client.publish("big", new byte[1024 * 1024 + 1]));
    }
  }

  @Test
  void shouldNotEchoWhenAskedNotTo() throws Exception {
    try (Connection quiet = connect(options().noEcho());
        Connection other = connect()) {
      final Subscription subscription = quiet.subscribe("a");
      quiet.publish("a", "mine".getBytes());
      quiet.flush(PATIENCE);
      other.publish("a", "yours".getBytes());
      assertEquals("yours", text(subscription.nextMessage(PATIENCE)));
      quiet.flush(PATIENCE);
      assertEquals(1, subscription.getDeliveredCount());
    }
  }

  @Test
  void shouldKeepTheOrderOfManySizesThroughSlowReaders() throws Exception {
    final Random random = new Random(42);
    final List<byte[]> sent = new ArrayList<>();
    try (Connection client = connect();
        Connection publisher = connect()) {
      final Subscription subscription = client.subscribe("sizes");
      subscription.setPendingLimits(-1, -1);
      client.flush(PATIENCE);
      for (int i = 0; i < 2000; i++) {
        final byte[] payload = new byte[random.nextInt(i % 50 == 0 ? 200_000 : 2_000)];
        random.nextBytes(payload);
        sent.add(payload);
        publisher.publish("sizes", payload);
      }
      for (final byte[] payload : sent) {
        assertArrayEquals(payload, subscription.nextMessage(PATIENCE).getData());
      }
    }
  }

  @Test
  void shouldTalkInVerboseAndPedanticMode() throws Exception {
    try (Connection client = connect(options().verbose().pedantic())) {
      final Subscription subscription = client.subscribe("a");
      client.publish("a", "x".getBytes());
      assertEquals("x", text(subscription.nextMessage(PATIENCE)));
      subscription.unsubscribe();
      client.flush(PATIENCE);
    }
  }

  @Test
  void shouldTellClientsToGoBeforeItGoes() throws Exception {
    final CountDownLatch told = new CountDownLatch(1);
    final CountDownLatch gone = new CountDownLatch(1);
    try (Connection client =
        connect(
            options()
                .maxReconnects(0)
                .connectionListener(
                    (connection, event) -> {
                      switch (event) {
                        case LAME_DUCK -> told.countDown();
                        case CLOSED -> gone.countDown();
                        default -> {}
                      }
                    }))) {
      client.flush(PATIENCE);
      broker.listener().drain();
      assertTrue(told.await(10, TimeUnit.SECONDS));
      assertTrue(gone.await(10, TimeUnit.SECONDS));
      assertThrows(IOException.class, this::connect);
      assertEquals(0, broker.listener().connectionCount());
    }
  }

  @Test
  void shouldAdmitOnlyWhoMayEnter() throws Exception {
    broker.close();
    broker =
        new TcpBroker(
            new NatsConfig().logins(NatsLogins.of(new NatsUser("alice", "s3cret"))), threading);
    try (Connection client = connect(options().userInfo("alice", "s3cret"))) {
      client.flush(PATIENCE);
    }
    assertThrows(
        AuthenticationException.class, () -> Nats.connect(brief().userInfo("alice", "x").build()));
    assertThrows(AuthenticationException.class, () -> Nats.connect(brief().build()));
  }

  /** The client waits for the whole of this time also after it was refused. */
  private Options.Builder brief() {
    return options()
        .server("nats://127.0.0.1:" + broker.port())
        .connectionTimeout(Duration.ofMillis(500));
  }

  private Connection connect() throws IOException, InterruptedException {
    return connect(options());
  }

  private Options.Builder options() {
    return new Options.Builder();
  }

  private Connection connect(final Options.Builder options)
      throws IOException, InterruptedException {
    return Nats.connect(
        options.server("nats://127.0.0.1:" + broker.port()).connectionTimeout(PATIENCE).build());
  }

  private static void count(final AtomicInteger counter, final CountDownLatch all) {
    counter.incrementAndGet();
    all.countDown();
  }

  private static String text(final Message message) {
    assertNotNull(message);
    return new String(message.getData(), StandardCharsets.UTF_8);
  }
}
