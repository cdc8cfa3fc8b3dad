package io.mothership.app;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nats.client.Connection;
import io.nats.client.ErrorListener;
import io.nats.client.JetStream;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.JetStreamSubscription;
import io.nats.client.Message;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.nats.client.OrderedConsumerContext;
import io.nats.client.PublishOptions;
import io.nats.client.PullSubscribeOptions;
import io.nats.client.PushSubscribeOptions;
import io.nats.client.api.ConsumerConfiguration;
import io.nats.client.api.ConsumerInfo;
import io.nats.client.api.OrderedConsumerConfiguration;
import io.nats.client.api.PublishAck;
import io.nats.client.api.RetentionPolicy;
import io.nats.client.api.StreamConfiguration;
import io.nats.client.impl.Headers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/**
 * The unmodified jnats client against the product; {@code -Dmothership.test.nats=URL} takes another
 * server.
 */
@SuppressWarnings("try")
final class JavaClientsIT {

  private static final Duration LONG = Duration.ofSeconds(10);
  private static final Duration SHORT = Duration.ofMillis(300);

  @TempDir private static Path folder;
  private static ApplianceProcess appliance;
  private static String url;

  private Connection connection;
  private JetStream js;
  private JetStreamManagement jsm;
  private String stream;
  private String subject;

  @BeforeAll
  static void startServer() throws IOException, InterruptedException {
    url = System.getProperty("mothership.test.nats", "");
    if (url.isEmpty()) {
      appliance = ApplianceProcess.start(folder);
      url = appliance.natsUrl();
    }
  }

  @AfterAll
  static void stopServer() {
    if (appliance != null) {
      appliance.close();
    }
  }

  @BeforeEach
  void connectAndCreateStream(final TestInfo test) throws Exception {
    stream = test.getTestMethod().orElseThrow().getName();
    subject = stream + ".s";
    connection = connect();
    js = connection.jetStream();
    jsm = connection.jetStreamManagement();
    jsm.addStream(
        StreamConfiguration.builder()
            .name(stream)
            .subjects(stream + ".>")
            .allowDirect(true)
            .build());
  }

  @AfterEach
  void deleteStreamAndDisconnect() throws Exception {
    assertTrue(jsm.deleteStream(stream));
    connection.close();
  }

  @Test
  void shouldPublishAndSubscribeWithHeaders() throws Exception {
    final var subscription = connection.subscribe("core.*");
    connection.publish(
        "core.a",
        new Headers().add("K", "v1", "v2").put("Other", ""),
        "hello".getBytes(StandardCharsets.UTF_8));
    connection.publish("core.a.b", new byte[0]);
    connection.publish("core.c", new byte[0]);

    final Message first = subscription.nextMessage(LONG);
    assertEquals("hello", text(first));
    assertEquals(List.of("v1", "v2"), first.getHeaders().get("K"));
    assertEquals("core.c", subscription.nextMessage(LONG).getSubject());
  }

  @Test
  void shouldAnswerRequestsAndSayWhenNobodyListens() throws Exception {
    final var dispatcher =
        connection.createDispatcher(m -> connection.publish(m.getReplyTo(), m.getData()));
    dispatcher.subscribe("core.echo");
    connection.flush(LONG);

    assertEquals("1", text(connection.request("core.echo", "1".getBytes(), LONG)));
    assertThrows(
        java.util.concurrent.CancellationException.class,
        () -> connection.request("core.nobody", new byte[0]).get(10, TimeUnit.SECONDS).getData());
  }

  @Test
  void shouldCarryTheLargestPayload() throws Exception {
    final byte[] payload = new byte[(int) connection.getMaxPayload()];
    new java.util.Random(1).nextBytes(payload);
    final var subscription = connection.subscribe("core.large");

    connection.publish("core.large", payload);

    assertArrayEquals(payload, subscription.nextMessage(LONG).getData());
  }

  @Test
  void shouldDeduplicateByMessageId() throws Exception {
    final PublishOptions once = PublishOptions.builder().messageId("id-1").build();

    final PublishAck first = js.publish(subject, "1".getBytes(), once);
    final PublishAck second = js.publish(subject, "1".getBytes(), once);

    assertEquals(1, first.getSeqno());
    assertFalse(first.isDuplicate());
    assertEquals(1, second.getSeqno());
    assertTrue(second.isDuplicate());
    assertEquals(1, jsm.getStreamInfo(stream).getStreamState().getMsgCount());
  }

  @Test
  void shouldRefuseAWrongExpectedSequence() throws Exception {
    js.publish(subject, "1".getBytes());

    final JetStreamApiException e =
        assertThrows(
            JetStreamApiException.class,
            () ->
                js.publish(
                    subject,
                    "2".getBytes(),
                    PublishOptions.builder().expectedLastSequence(7).build()));
    assertEquals(10071, e.getApiErrorCode());
  }

  @Test
  void shouldDeliverAgainAfterNakToADurablePushConsumer() throws Exception {
    publish("1", "2");
    final JetStreamSubscription subscription =
        js.subscribe(subject, PushSubscribeOptions.builder().durable("push").build());

    final Message first = subscription.nextMessage(LONG);
    final Message second = subscription.nextMessage(LONG);
    assertEquals(List.of("1", "2"), List.of(text(first), text(second)));
    assertEquals(1, first.metaData().deliveredCount());
    first.nak();
    final Message again = subscription.nextMessage(LONG);
    assertEquals("1", text(again));
    assertEquals(2, again.metaData().deliveredCount());
    again.ackSync(LONG);
    second.ackSync(LONG);

    final ConsumerInfo info = jsm.getConsumerInfo(stream, "push");
    assertEquals(0, info.getNumAckPending());
    assertEquals(2, info.getAckFloor().getStreamSequence());
    assertTrue(info.isPushBound());
    assertNull(subscription.nextMessage(SHORT));
  }

  @Test
  void shouldGoOnWithADurablePushConsumerOnANewConnection() throws Exception {
    publish("1");
    try (Connection device = connect()) {
      final JetStreamSubscription subscription =
          device
              .jetStream()
              .subscribe(subject, PushSubscribeOptions.builder().durable("push").build());
      subscription.nextMessage(LONG).ackSync(LONG);
      assertThrows(
          IllegalArgumentException.class,
          () -> js.subscribe(subject, PushSubscribeOptions.builder().durable("push").build()));
    }
    publish("2");
    while (jsm.getConsumerInfo(stream, "push").isPushBound()) {
      Thread.sleep(10);
    }

    final JetStreamSubscription subscription =
        js.subscribe(subject, PushSubscribeOptions.builder().durable("push").build());

    final Message message = subscription.nextMessage(Duration.ofSeconds(40));
    assertEquals("2", text(message));
    message.ackSync(LONG);
  }

  @Test
  void shouldFetchByPull() throws Exception {
    publish("1", "2", "3");
    final JetStreamSubscription subscription =
        js.subscribe(subject, PullSubscribeOptions.builder().durable("pull").build());

    final List<Message> batch = subscription.fetch(2, LONG);
    assertEquals(List.of("1", "2"), batch.stream().map(JavaClientsIT::text).toList());
    batch.get(0).ackSync(LONG);
    batch.get(1).nakWithDelay(Duration.ofMillis(200));
    final List<Message> rest = new ArrayList<>(subscription.fetch(1, LONG));
    rest.addAll(subscription.fetch(1, LONG));
    assertEquals(List.of("3", "2"), rest.stream().map(JavaClientsIT::text).toList());
    assertEquals(2, rest.get(1).metaData().deliveredCount());
    for (final Message message : rest) {
      message.ackSync(LONG);
    }
    assertEquals(List.of(), subscription.fetch(1, SHORT));
  }

  @Test
  void shouldDeliverAgainAfterTheAckWait() throws Exception {
    publish("1");
    final JetStreamSubscription subscription =
        js.subscribe(
            subject,
            PullSubscribeOptions.builder()
                .durable("slow")
                .configuration(
                    ConsumerConfiguration.builder()
                        .ackWait(Duration.ofMillis(300))
                        .maxDeliver(2)
                        .build())
                .build());

    assertEquals(1, subscription.fetch(1, LONG).getFirst().metaData().deliveredCount());
    assertEquals(2, subscription.fetch(1, LONG).getFirst().metaData().deliveredCount());
    assertEquals(List.of(), subscription.fetch(1, Duration.ofMillis(900)));
  }

  @Test
  void shouldReadInOrderWithAnOrderedConsumer() throws Exception {
    final int count = 1_000;
    for (int i = 0; i < count; i++) {
      js.publishAsync(subject, Integer.toString(i).getBytes());
    }
    final OrderedConsumerContext consumer =
        connection
            .getStreamContext(stream)
            .createOrderedConsumer(new OrderedConsumerConfiguration());

    try (var messages = consumer.iterate()) {
      for (int i = 0; i < count; i++) {
        final Message message = messages.nextMessage(LONG);
        assertNotNull(message, "message " + i);
        assertEquals(Integer.toString(i), text(message));
        assertEquals(i + 1, message.metaData().streamSequence());
      }
    }
  }

  @Test
  void shouldReadSingleMessages() throws Exception {
    publish("1", "2");

    assertEquals("1", new String(jsm.getMessage(stream, 1).getData()));
    assertEquals("2", new String(jsm.getLastMessage(stream, subject).getData()));
    final JetStreamApiException e =
        assertThrows(JetStreamApiException.class, () -> jsm.getMessage(stream, 9));
    assertEquals(10037, e.getApiErrorCode());
  }

  @Test
  void shouldKeepAWorkQueue() throws Exception {
    final String queue = stream + "_Q";
    jsm.addStream(
        StreamConfiguration.builder()
            .name(queue)
            .subjects("queue.>")
            .retentionPolicy(RetentionPolicy.WorkQueue)
            .build());
    final JetStreamSubscription a =
        js.subscribe("queue.a", PullSubscribeOptions.builder().durable("a").build());
    js.subscribe("queue.b", PullSubscribeOptions.builder().durable("b").build());
    final JetStreamApiException e =
        assertThrows(
            JetStreamApiException.class,
            () -> js.subscribe("queue.>", PullSubscribeOptions.builder().durable("c").build()));
    assertEquals(10100, e.getApiErrorCode());
    js.publish("queue.a", "1".getBytes());
    a.fetch(1, LONG).getFirst().ackSync(LONG);
    while (jsm.getStreamInfo(queue).getStreamState().getMsgCount() > 0) {
      Thread.sleep(10);
    }
    assertTrue(jsm.deleteStream(queue));
  }

  @Test
  void shouldPurgeAndDelete() throws Exception {
    publish("1", "2", "3");

    assertTrue(jsm.deleteMessage(stream, 2));
    assertEquals(2, jsm.getStreamInfo(stream).getStreamState().getMsgCount());
    assertEquals(2, jsm.purgeStream(stream).getPurged());
    js.subscribe(subject, PullSubscribeOptions.builder().durable("pull").build());
    assertEquals(List.of("pull"), jsm.getConsumerNames(stream));
    assertTrue(jsm.deleteConsumer(stream, "pull"));
    final JetStreamApiException e =
        assertThrows(JetStreamApiException.class, () -> jsm.getConsumerInfo(stream, "pull"));
    assertEquals(10014, e.getApiErrorCode());
    assertTrue(jsm.getStreamNames().contains(stream));
  }

  private void publish(final String... texts) throws IOException, JetStreamApiException {
    for (final String text : texts) {
      js.publish(subject, text.getBytes(StandardCharsets.UTF_8));
    }
  }

  private static String text(final Message message) {
    assertNotNull(message, "no message");
    return new String(message.getData(), StandardCharsets.UTF_8);
  }

  private static Connection connect() throws IOException, InterruptedException {
    return Nats.connect(
        Options.builder().server(url).noReconnect().errorListener(new ErrorListener() {}).build());
  }
}
