package io.mothership.app;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.api.testkit.ContractCheckingHttp;
import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.nats.client.PurgeOptions;
import io.nats.client.api.OrderedConsumerConfiguration;
import io.nats.client.api.PublishAck;
import io.nats.client.api.StreamConfiguration;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** The product on a small disk that gets full: refusals, reads, kill -9, and space again. */
@SuppressWarnings("try")
final class DiskFullClientsIT {
  private static final int MIB = 1024 * 1024;
  private static final long DISK_BYTES = 160L * MIB;
  private static final int BALLAST_BYTES = 40 * MIB;
  private static final int WINDOW = 64;
  private static final int INSUFFICIENT_RESOURCES = 10047;
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final String STREAM = "FILL";

  @TempDir private Path folder;
  private final ContractCheckingHttp http = new ContractCheckingHttp();

  /** What each acknowledged sequence holds: the number its payload was made from. */
  private final NavigableMap<Long, Integer> acknowledged = new TreeMap<>();

  private LoopFileSystem disk;
  private Path ballast;
  private ApplianceProcess appliance;
  private int published;
  private String orgId;
  private String entityId;

  @BeforeEach
  void start() throws Exception {
    disk = LoopFileSystem.mount(folder, DISK_BYTES);
    ballast = disk.ballast("ballast", BALLAST_BYTES);
    final Path config = folder.resolve("small.conf");
    Files.writeString(
        config,
        """
        max_payload: 256KB
        storage { segment_size: 2MB, checkpoint_size: 1MB }
        jetstream { max_file: 1GB }
        """);
    // Only the data lies there: the log must be able to say what happens.
    final Path data = Files.createDirectories(disk.path().resolve("data"));
    final Path home = Files.createDirectories(folder.resolve("appliance"));
    Files.createSymbolicLink(home.resolve("data"), data);
    appliance = ApplianceProcess.start(home, "--config", config.toString());
    orgId = post("org_id", "/api/v1/organizations", "{\"name\":\"acme\",\"org_type\":\"fleet\"}");
    entityId = post("entity_id", "/api/v1/entities?org_id=" + orgId, "{\"entity_type\":\"rover\"}");
    try (Connection client = connect()) {
      client
          .jetStreamManagement()
          .addStream(
              StreamConfiguration.builder()
                  .name(STREAM)
                  .subjects("fill.>")
                  .allowDirect(true)
                  .build());
      client.jetStream().publish(telemetrySubject(), "{\"record\":0}".getBytes());
    }
  }

  @AfterEach
  void stop() throws Exception {
    http.close();
    if (appliance != null) {
      appliance.close();
      appliance.kill();
    }
    if (disk != null) {
      disk.close();
    }
  }

  @Test
  void shouldRefuseClearlyReadOnAndTakeMessagesAgainOnceThereIsSpace() throws Exception {
    try (Connection client = connect()) {
      fill(client);
      assertRefusing(client);
      assertReading(client);
    }
    appliance.kill();
    appliance.start();
    try (Connection client = connect()) {
      assertRefusing(client);
      assertReading(client);
      assertAcknowledgedAreThere(client);
      Files.delete(ballast);
      assertTakingAgain(client);
      fill(client);
      assertReading(client);
    }
    assertEquals(0, appliance.stop(), appliance::log);
    appliance.start();
    try (Connection client = connect()) {
      assertRefusing(client);
      assertAcknowledgedAreThere(client);
    }
  }

  @Test
  void shouldTakeMessagesAgainAfterAPurgeAndAfterDeletes() throws Exception {
    try (Connection client = connect()) {
      final JetStreamManagement streams = client.jetStreamManagement();
      fill(client);
      final long half = acknowledged.lastKey() / 2;
      streams.purgeStream(STREAM, PurgeOptions.builder().sequence(half).build());
      acknowledged.headMap(half).clear();
      assertTakingAgain(client);
      fill(client);
      assertAcknowledgedAreThere(client);

      final long first = acknowledged.firstKey();
      for (long sequence = first; sequence < first + 4_000; sequence++) {
        assertTrue(streams.deleteMessage(STREAM, sequence, false));
      }
      acknowledged.headMap(first + 4_000).clear();
      assertTakingAgain(client);
      fill(client);
      assertAcknowledgedAreThere(client);
    }
    appliance.kill();
    appliance.start();
    try (Connection client = connect()) {
      assertAcknowledgedAreThere(client);
    }
  }

  @Test
  void shouldStartOnADiskWithoutOneFreeByte() throws Throwable {
    try (Connection client = connect()) {
      publishSome(client, 500);
    }
    startWithoutSpace(() -> appliance.kill());
    startWithoutSpace(() -> assertEquals(0, appliance.stop(), appliance::log));
  }

  private void startWithoutSpace(final Executable stop) throws Throwable {
    stop.execute();
    final Path rest = disk.ballast("rest", Long.MAX_VALUE);
    final long usableBytes = disk.usableBytes();
    assertTrue(usableBytes < 4096, () -> "still free: " + usableBytes);
    appliance.start();
    try (Connection client = connect()) {
      assertRefusing(client);
      assertReading(client);
      assertAcknowledgedAreThere(client);
      Files.delete(rest);
      assertTakingAgain(client);
    }
  }

  /** Publishes until messages are refused, and stays so. */
  private void fill(final Connection client) throws Exception {
    final long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(3);
    while (publishSome(client, WINDOW) != 0) {
      assertTrue(System.nanoTime() < deadline, "never full");
    }
  }

  /** Returns how many of {@code count} were acknowledged; others must be refused as the disk is. */
  private int publishSome(final Connection client, final int count) throws Exception {
    final List<CompletableFuture<PublishAck>> answers = new ArrayList<>();
    final int from = published;
    for (int i = 0; i < count; i++) {
      answers.add(client.jetStream().publishAsync("fill." + published % 7, payload(published)));
      published++;
    }
    int taken = 0;
    for (int i = 0; i < count; i++) {
      try {
        acknowledged.put(answers.get(i).get(30, TimeUnit.SECONDS).getSeqno(), from + i);
        taken++;
      } catch (final ExecutionException e) {
        assertRefusal(e.getCause());
      }
    }
    return taken;
  }

  private static void assertRefusal(final Throwable refusal) {
    Throwable cause = refusal;
    while (!(cause instanceof JetStreamApiException) && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof final JetStreamApiException refused) {
      assertEquals(INSUFFICIENT_RESOURCES, refused.getApiErrorCode(), refused::getMessage);
    } else {
      throw new AssertionError("not a refusal by the server", refusal);
    }
  }

  private void assertRefusing(final Connection client) throws Exception {
    assertEquals(0, publishSome(client, 5));
    assertUnavailable("POST", "/api/v1/organizations", "{\"name\":\"b\",\"org_type\":\"fleet\"}");
    assertUnavailable("POST", "/api/v1/entities?org_id=" + orgId, "{\"entity_type\":\"rover\"}");
    final String entity = "/api/v1/entities?org_id=" + orgId + "&entity_id=" + entityId;
    assertUnavailable("PUT", entity, "{\"status\":\"active\"}");
    assertUnavailable("DELETE", entity, "");
    assertUnavailable(
        "POST",
        "/api/v1/commands?org_id=" + orgId + "&entity_id=" + entityId,
        "{\"type\":\"stop\"}");
  }

  private void assertUnavailable(final String method, final String target, final String body)
      throws Exception {
    final HttpResponse<String> answer = call(method, target, body);
    assertEquals(503, answer.statusCode(), () -> method + " " + target + ": " + answer.body());
    assertTrue(answer.headers().firstValueAsLong("Retry-After").orElse(0) > 0);
  }

  private void assertReading(final Connection client) throws Exception {
    assertEquals(200, call("GET", "/health", "").statusCode());
    final HttpResponse<String> entities = call("GET", "/api/v1/entities?org_id=" + orgId, "");
    assertTrue(entities.body().contains(entityId), entities::body);
    final HttpResponse<String> telemetry =
        call("GET", "/api/v1/telemetry?org_id=" + orgId + "&entity_id=" + entityId, "");
    assertEquals(200, telemetry.statusCode(), telemetry::body);
    assertTrue(telemetry.body().contains("\"record\":0"), telemetry::body);
    try (FeedReader feed = new FeedReader(appliance.httpUrl(), orgId)) {
      feed.awaitCount(1, PATIENCE);
      assertEquals(0L, feed.records().getFirst());
    }
    final JetStreamManagement streams = client.jetStreamManagement();
    for (final long sequence : List.of(acknowledged.firstKey(), acknowledged.lastKey())) {
      assertArrayEquals(
          payload(acknowledged.get(sequence)), streams.getMessage(STREAM, sequence).getData());
    }
    // What is not stored goes its way.
    final var subscription = client.subscribe("core.x");
    client.publish("core.x", new byte[] {1});
    assertEquals(1, subscription.nextMessage(PATIENCE).getData()[0]);
    subscription.unsubscribe();
  }

  private void assertAcknowledgedAreThere(final Connection client) throws Exception {
    final JetStreamManagement streams = client.jetStreamManagement();
    assertEquals(
        (long) acknowledged.firstKey(),
        streams.getStreamInfo(STREAM).getStreamState().getFirstSequence());
    final var reader =
        client.getStreamContext(STREAM).createOrderedConsumer(new OrderedConsumerConfiguration());
    try (var messages = reader.iterate()) {
      for (final var entry : acknowledged.entrySet()) {
        var message = messages.nextMessage(PATIENCE);
        // A message whose acknowledgement was lost with the process may lie between.
        while (message != null && message.metaData().streamSequence() < entry.getKey()) {
          message = messages.nextMessage(PATIENCE);
        }
        assertTrue(message != null, () -> "lost: " + entry);
        assertEquals(entry.getKey(), message.metaData().streamSequence());
        assertArrayEquals(payload(entry.getValue()), message.getData());
      }
    }
  }

  private void assertTakingAgain(final Connection client) throws Exception {
    final long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (publishSome(client, 1) == 0) {
      assertTrue(System.nanoTime() < deadline, appliance::log);
      Thread.sleep(50);
    }
    assertEquals(WINDOW, publishSome(client, WINDOW));
    final HttpResponse<String> created =
        call("POST", "/api/v1/entities?org_id=" + orgId, "{\"entity_type\":\"rover\"}");
    assertEquals(201, created.statusCode(), created::body);
    assertFalse(appliance.log().contains("takes no more writes until restart"));
  }

  /** Up to 16 KiB, another one for each number, the same for the same. */
  private static byte[] payload(final int number) {
    final Random random = new Random(number);
    final byte[] bytes = new byte[64 + random.nextInt(16 * 1024)];
    random.nextBytes(bytes);
    return bytes;
  }

  private Connection connect() throws IOException, InterruptedException {
    return Nats.connect(
        new Options.Builder().server(appliance.natsUrl()).connectionTimeout(PATIENCE).build());
  }

  private String telemetrySubject() {
    return "constellation.telemetry." + orgId + "." + entityId;
  }

  /** Creates something and returns its id. */
  private String post(final String idName, final String target, final String body)
      throws Exception {
    final HttpResponse<String> answer = call("POST", target, body);
    assertEquals(201, answer.statusCode(), answer::body);
    final Matcher id = Pattern.compile('"' + idName + "\":\"([^\"]+)\"").matcher(answer.body());
    assertTrue(id.find(), answer::body);
    return id.group(1);
  }

  private HttpResponse<String> call(final String method, final String target, final String body)
      throws IOException, InterruptedException {
    return http.send(
        method,
        URI.create(appliance.httpUrl() + target),
        body,
        "Authorization",
        "Bearer " + ApplianceProcess.TOKEN,
        "Content-Type",
        "application/json");
  }
}
