package io.mothership.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.api.testkit.ContractCheckingHttp;
import io.nats.client.Connection;
import io.nats.client.ErrorListener;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.Message;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.nats.client.api.OrderedConsumerConfiguration;
import io.nats.client.api.StreamConfiguration;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The disk fails under the product while its clients publish, acknowledge and change records:
 * nothing acknowledged is lost, everybody is told, reading goes on, and a restart ends it.
 */
final class JournalFailureClientsIT {
  private static final int MIB = 1024 * 1024;
  private static final long DISK_BYTES = 64L * MIB;
  private static final int STORE_FAILED = 10077;
  private static final int STORAGE_EXCEEDED = 10047;
  private static final int ACKNOWLEDGEMENTS = 3_000;
  private static final int CHANGES = 20;
  private static final Duration DUPLICATE_WINDOW = Duration.ofMinutes(10);
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final String RECORDS_FAILED = "SQL_DISK_FAILED";
  private static final String ACTIVE_SEGMENT = ".cq4";

  @TempDir private Path folder;
  private final ContractCheckingHttp http = new ContractCheckingHttp();
  private final PublishingClient always = new PublishingClient("ALWAYS");
  private final PublishingClient interval = new PublishingClient("INTERVAL");
  private final AcknowledgingClient reader = new AcknowledgingClient("ALWAYS");
  private final List<Thread> clients = new ArrayList<>();
  private final List<Connection> connections = new ArrayList<>();
  private ChangingClient changes;
  private ApplianceProcess appliance;
  private ThinFileSystem disk;

  @AfterEach
  void stop() throws Exception {
    endClients();
    http.close();
    if (changes != null) {
      changes.close();
    }
    if (appliance != null) {
      appliance.close();
      appliance.kill();
    }
    if (disk != null) {
      disk.close();
    }
  }

  /**
   * The sync after it would succeed, although the disk may have lost what the first was to save.
   */
  @Test
  void shouldTellEverybodyThatASyncFailedAndGoOnAfterARestart() throws Exception {
    failAndRestart("sync");
  }

  @Test
  void shouldTellEverybodyThatAWriteFailedAndGoOnAfterARestart() throws Exception {
    failAndRestart("write");
  }

  private void failAndRestart(final String call) throws Exception {
    final FaultyCalls calls = FaultyCalls.compile(folder);
    start(folder.resolve("appliance"), calls.environment());
    load();
    calls.failOne(call, ACTIVE_SEGMENT, PATIENCE);
    assertEverybodyTold();
    assertReading();
    assertEquals(0, appliance.stop(), appliance::log);
    endClients();
    appliance.start();
    assertGoingOn();
    assertAllKept();
    interval.assertAllThere(connect());
    endClients();
    assertEquals(0, appliance.stop(), appliance::log);
  }

  /** Messages go on, as theirs is another file. */
  @Test
  void shouldTellThatASyncOfTheRecordsFailedAndGoOnAfterARestart() throws Exception {
    final FaultyCalls calls = FaultyCalls.compile(folder);
    start(folder.resolve("appliance"), calls.environment());
    load();
    calls.failOne("sync", "mothership.db", PATIENCE);
    await("not told: " + changes.refusals(), () -> changes.refusals().contains(RECORDS_FAILED));
    final int confirmed = changes.confirmedCount();
    assertUnavailable("POST", "/api/v1/organizations", "{\"name\":\"b\",\"org_type\":\"fleet\"}");
    final HttpResponse<String> health = get("/health");
    assertEquals(503, health.statusCode(), health::body);
    assertTrue(health.body().contains("no record is changed until a restart"), health::body);
    assertTrue(
        appliance.log().contains("no record is changed until a restart"), () -> appliance.log());
    final int acknowledged = always.acknowledgedCount();
    await("no messages", () -> always.acknowledgedCount() - acknowledged > ACKNOWLEDGEMENTS);
    assertReading();
    assertEquals(confirmed, changes.confirmedCount(), "confirmed after the failure");
    assertEquals(Map.of(), always.refusals());
    assertEquals(0, appliance.stop(), appliance::log);
    endClients();
    appliance.start();
    assertGoingOn();
    assertAllKept();
  }

  /** What can be written another time is: nobody is to notice. */
  @Test
  void shouldWriteACheckpointAgainThatCouldNotBeSynced() throws Exception {
    final FaultyCalls calls = FaultyCalls.compile(folder);
    start(folder.resolve("appliance"), calls.environment());
    load();
    calls.failOne("sync", "/checkpoint/", PATIENCE);
    final double written = metric("mothership_journal_checkpoint_bytes_total");
    await("no checkpoint", () -> metric("mothership_journal_checkpoint_bytes_total") > written);
    endClients();
    assertEquals(Map.of(), always.refusals());
    assertEquals(List.of(), List.copyOf(changes.refusals()));
    assertEquals(200, get("/health").statusCode());
    assertTrue(appliance.log().contains("no checkpoint, it is tried again"), appliance::log);
    assertAllKept();
    endClients();
    appliance.kill();
    appliance.start();
    assertAllKept();
  }

  @Test
  void shouldKeepWhatItAcknowledgedOnADeviceThatRunsOutOfBlocks() throws Exception {
    startOnThinDisk();
    load();
    disk.exhaust();
    assertEverybodyTold();
    assertReading();
    // It is not for the appliance to find out what the device has lost.
    disk.relieve();
    assertRefusing();
    assertEquals(0, appliance.stop(), appliance::log);
    endClients();
    disk.mountAnew();
    appliance.start();
    assertGoingOn();
    assertAllKept();
  }

  /** Its first start reads from memory what the device never got. */
  @Test
  void shouldKeepWhatItAcknowledgesAfterARestartThatMeetsUnwrittenPages() throws Exception {
    startOnThinDisk();
    load();
    disk.exhaust();
    assertEverybodyTold();
    disk.relieve();
    appliance.kill();
    endClients();
    appliance.start();
    assertGoingOn();
    await("unsynced", () -> metric("mothership_journal_unsynced_bytes") == 0);
    appliance.kill();
    endClients();
    disk.mountAnew();
    appliance.start();
    assertAllKept();
    interval.assertAllThere(connect());
  }

  private void startOnThinDisk() throws Exception {
    disk = ThinFileSystem.mount(folder, DISK_BYTES);
    // Only the data lies there: the log must be able to say what happens.
    final Path home = Files.createDirectories(folder.resolve("appliance"));
    Files.createSymbolicLink(
        home.resolve("data"), Files.createDirectories(disk.path().resolve("data")));
    start(home, Map.of());
  }

  private void start(final Path home, final Map<String, String> environment) throws Exception {
    final Path config = folder.resolve("small.conf");
    Files.writeString(
        config,
        """
        max_payload: 256KB
        monitor_port: 0
        lame_duck_duration: 1s
        storage { segment_size: 1MB, checkpoint_size: 1MB }
        """);
    appliance = ApplianceProcess.start(home, environment, "--config", config.toString());
    changes = new ChangingClient(appliance.httpUrl());
    final Connection client = connect();
    create(client, "ALWAYS", "always");
    create(client, "INTERVAL", "interval");
    client.jetStream().publish(telemetrySubject(), "{\"record\":0}".getBytes());
  }

  /** Clients get to work; returns when much was acknowledged to each of them. */
  private void load() throws Exception {
    final Connection publishing = connect();
    final Connection reading = connect();
    clients.add(Thread.startVirtualThread(() -> always.publish(publishing)));
    clients.add(Thread.startVirtualThread(() -> interval.publish(publishing)));
    clients.add(Thread.startVirtualThread(() -> reader.work(reading)));
    clients.add(Thread.startVirtualThread(changes::change));
    final int changesBefore = changes.confirmedCount();
    final int acknowledgedBefore = always.acknowledgedCount();
    await(
        "no load",
        () ->
            always.acknowledgedCount() - acknowledgedBefore > ACKNOWLEDGEMENTS
                && interval.acknowledgedCount() > ACKNOWLEDGEMENTS
                && reader.confirmedCount() > 0
                && changes.confirmedCount() - changesBefore > CHANGES);
  }

  private void endClients() throws Exception {
    for (final Connection connection : connections) {
      connection.close();
    }
    connections.clear();
    for (final Thread client : clients) {
      client.interrupt();
      client.join();
    }
    clients.clear();
  }

  private void assertEverybodyTold() throws Exception {
    await(
        "not told: " + always.refusals() + interval.refusals() + changes.refusals(),
        () ->
            always.refusals().containsKey(STORE_FAILED)
                && interval.refusals().containsKey(STORE_FAILED)
                && changes.refusals().contains("JOURNAL_FAILED"));
    // What was synced before may be acknowledged a moment after the first refusals.
    assertRefusing();
    final int acknowledged = always.acknowledgedCount() + interval.acknowledgedCount();
    final int confirmed = changes.confirmedCount();
    final HttpResponse<String> health = get("/health");
    assertEquals(503, health.statusCode(), health::body);
    assertTrue(
        health.body().contains("the journal takes no more writes until a restart"), health::body);
    final HttpResponse<String> healthz =
        send("GET", "http://127.0.0.1:" + appliance.monitorPort() + "/healthz", "");
    assertEquals(503, healthz.statusCode(), healthz::body);
    assertEquals(1, metric("mothership_journal_failed"));
    final String log = appliance.log();
    assertTrue(log.contains("the journal failed and takes no more writes until restart"), log);
    assertTrue(log.contains("then restart"), log);
    assertRefusing();
    assertEquals(
        acknowledged,
        always.acknowledgedCount() + interval.acknowledgedCount(),
        "acknowledged after the failure");
    assertEquals(confirmed, changes.confirmedCount(), "confirmed after the failure");
  }

  /** Whoever comes new is told as well. */
  private void assertRefusing() throws Exception {
    final Connection client = connect();
    for (final String stream : List.of("ALWAYS", "INTERVAL")) {
      assertRefused(STORE_FAILED, () -> client.jetStream().publish(stream + ".x", new byte[1]));
    }
    final JetStreamManagement streams = client.jetStreamManagement();
    assertRefused(STORAGE_EXCEEDED, () -> create(client, "LATE", "always"));
    assertRefused(STORAGE_EXCEEDED, () -> streams.purgeStream("ALWAYS"));
    final String entity = "/api/v1/entities?org_id=" + changes.orgId() + "&entity_id=";
    assertUnavailable("POST", "/api/v1/organizations", "{\"name\":\"b\",\"org_type\":\"fleet\"}");
    assertUnavailable("PUT", entity + changes.firstEntityId(), "{\"status\":\"active\"}");
    assertUnavailable("DELETE", entity + changes.firstEntityId(), "");
    assertUnavailable(
        "POST",
        "/api/v1/commands?org_id=" + changes.orgId() + "&entity_id=" + changes.firstEntityId(),
        "{\"type\":\"stop\"}");
  }

  private static void assertRefused(
      final int code, final org.junit.jupiter.api.function.Executable request) {
    final JetStreamApiException refused = assertThrows(JetStreamApiException.class, request);
    assertEquals(code, refused.getApiErrorCode(), refused::getMessage);
  }

  private void assertUnavailable(final String method, final String target, final String body)
      throws Exception {
    final HttpResponse<String> answer = send(method, appliance.httpUrl() + target, body);
    assertEquals(503, answer.statusCode(), () -> method + " " + target + ": " + answer.body());
    assertTrue(answer.headers().firstValueAsLong("Retry-After").orElse(0) > 0);
  }

  private void assertReading() throws Exception {
    final Connection client = connect();
    final JetStreamManagement streams = client.jetStreamManagement();
    final long last = Collections.max(always.acknowledged().values());
    assertTrue(streams.getStreamInfo("ALWAYS").getStreamState().getLastSequence() >= last);
    assertNotNull(streams.getMessage("ALWAYS", 1));
    assertNotNull(streams.getMessage("ALWAYS", last));
    final var ordered =
        client.getStreamContext("ALWAYS").createOrderedConsumer(new OrderedConsumerConfiguration());
    try (var messages = ordered.iterate()) {
      for (long sequence = 0; sequence < last; ) {
        final Message message = messages.nextMessage(PATIENCE);
        assertNotNull(message, "reading stops behind " + sequence);
        sequence = message.metaData().streamSequence();
      }
    }
    final HttpResponse<String> entities = get("/api/v1/entities?org_id=" + changes.orgId());
    assertTrue(entities.body().contains(changes.firstEntityId()), entities::body);
    final HttpResponse<String> telemetry = get("/api/v1/telemetry?org_id=" + changes.orgId());
    assertTrue(telemetry.body().contains("\"record\":0"), telemetry::body);
    try (FeedReader feed = new FeedReader(appliance.httpUrl(), changes.orgId())) {
      feed.awaitCount(1, PATIENCE);
    }
    // What is not stored goes its way.
    final var subscription = client.subscribe("core.x");
    client.publish("core.x", new byte[] {1});
    assertEquals(1, subscription.nextMessage(PATIENCE).getData()[0]);
  }

  /** All clients get on with what they could not get rid of, and with more. */
  private void assertGoingOn() throws Exception {
    assertEquals(200, get("/health").statusCode());
    assertEquals(0, metric("mothership_journal_failed"));
    changes.checkEntities();
    reader.checkFloor(connect());
    always.refusals().clear();
    interval.refusals().clear();
    changes.refusals().clear();
    load();
    endClients();
    assertEquals(Map.of(), always.refusals());
    assertEquals(Map.of(), interval.refusals());
    assertEquals(List.of(), List.copyOf(changes.refusals()));
    always.publishPending(connect());
    interval.publishPending(connect());
  }

  private void assertAllKept() throws Exception {
    final Connection client = connect();
    changes.checkEntities();
    always.publishPending(client);
    interval.publishPending(client);
    always.assertAllThere(client);
    reader.workOff(client);
    always
        .acknowledged()
        .forEach((number, sequence) -> assertEquals(sequence, reader.delivered().get(number)));
    changes.assertEventsOnce(client);
    assertFalse(changes.confirmedCount() == 0);
  }

  private double metric(final String name) {
    try {
      return get("/metrics")
          .body()
          .lines()
          .filter(line -> line.startsWith(name + " "))
          .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
          .findFirst()
          .orElseThrow();
    } catch (final IOException e) {
      throw new AssertionError(e);
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private void await(final String complaint, final BooleanSupplier condition) throws Exception {
    final long deadlineNs = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() - deadlineNs < 0, () -> complaint + "\n" + appliance.log());
      Thread.sleep(10);
    }
  }

  private static void create(final Connection client, final String stream, final String sync)
      throws IOException, JetStreamApiException {
    client
        .jetStreamManagement()
        .addStream(
            StreamConfiguration.builder()
                .name(stream)
                .subjects(stream + ".>")
                .duplicateWindow(DUPLICATE_WINDOW)
                .metadata(Map.of("mothership.sync", sync))
                .build());
  }

  private Connection connect() throws IOException, InterruptedException {
    final Connection connection =
        Nats.connect(
            Options.builder()
                .server(appliance.natsUrl())
                .noReconnect()
                .connectionTimeout(PATIENCE)
                .errorListener(new ErrorListener() {})
                .build());
    connections.add(connection);
    return connection;
  }

  private String telemetrySubject() {
    return "constellation.telemetry." + changes.orgId() + "." + changes.firstEntityId();
  }

  private HttpResponse<String> get(final String target) throws IOException, InterruptedException {
    return send("GET", appliance.httpUrl() + target, "");
  }

  private HttpResponse<String> send(final String method, final String url, final String body)
      throws IOException, InterruptedException {
    return http.send(
        method,
        URI.create(url),
        body,
        "Authorization",
        "Bearer " + ApplianceProcess.TOKEN,
        "Content-Type",
        "application/json");
  }
}
