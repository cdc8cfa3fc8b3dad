package io.mothership.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.mothership.alien.Alien;
import io.mothership.alien.AlienConfig;
import io.mothership.alien.Registration;
import io.mothership.alien.ReplayOptions;
import io.mothership.alien.ReplaySummary;
import io.mothership.alien.SimulatedFleet;
import io.mothership.alien.TrackReplay;
import io.mothership.alien.VehicleKind;
import io.nats.client.Connection;
import io.nats.client.ErrorListener;
import io.nats.client.Message;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.nats.client.api.OrderedConsumerConfiguration;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Alien against the product, over kill -9 of the server. */
@SuppressWarnings("try")
final class AlienClientsIT {

  private static final Duration LONG = Duration.ofSeconds(60);

  @TempDir private Path folder;
  private ApplianceProcess appliance;

  @BeforeEach
  void start() throws Exception {
    appliance = ApplianceProcess.start(folder.resolve("appliance"));
  }

  @AfterEach
  void stop() {
    appliance.close();
  }

  @Test
  void shouldKeepEveryMessageInOrderOverKillsOfTheServer() throws Exception {
    final int count = 10_000;
    try (Alien alien = open()) {
      final CompletableFuture<Void> killer =
          CompletableFuture.runAsync(() -> killThreeTimes(alien, count));
      for (int i = 0; i < count; i++) {
        alien.sendTelemetry(Map.of("record", i));
        if (i % 10 == 0) {
          Thread.sleep(1);
        }
      }
      killer.get(2, TimeUnit.MINUTES);
      assertTrue(alien.awaitAcknowledged(LONG), () -> alien.delivery().toString());
      assertEquals(count, alien.delivery().acknowledged());
      assertTrue(alien.delivery().resent() > 0, () -> alien.delivery().toString());

      assertEquals(
          IntStream.range(0, count).asLongStream().boxed().toList(),
          records(stored(alien.registration(), count)));
    }
  }

  @Test
  void shouldTakeCommandsBeforeAndAfterAKillOfTheServer() throws Exception {
    final List<String> seen = new CopyOnWriteArrayList<>();
    final CompletableFuture<Void> first = new CompletableFuture<>();
    final CompletableFuture<Void> second = new CompletableFuture<>();
    try (Alien alien = open()) {
      alien.onCommand(
          "go",
          command -> {
            seen.add(command.id());
            (seen.size() == 1 ? first : second).complete(null);
          });
      command(alien.registration(), "{\"type\":\"go\",\"command_id\":\"c1\"}");
      first.get(30, TimeUnit.SECONDS);
      assertTrue(alien.awaitAcknowledged(LONG));
      appliance.kill();
      appliance.start();
      command(alien.registration(), "{\"type\":\"go\",\"command_id\":\"c2\"}");
      second.get(60, TimeUnit.SECONDS);

      assertEquals(List.of("c1", "c2"), seen);
    }
  }

  @Test
  void shouldKnowItsEntityAgainAndChangeItsStatus() throws Exception {
    final Registration first;
    try (Alien alien = open()) {
      first = alien.registration();
      alien.updateStatus("returning");
      alien.sendEvent("status_changed", Map.of("status", "returning"));
      assertTrue(alien.awaitAcknowledged(LONG));
    }
    appliance.kill();
    appliance.start();
    try (Alien alien = open()) {
      assertEquals(first, alien.registration());
    }
  }

  @Test
  void shouldReplayTheRecordingsOnceAndInOrderThoughTheServerIsKilled() throws Exception {
    final Path data = recordings();
    final List<Path> tracks =
        List.of(
            data.resolve("tracks/Mojstrovka.gpx"),
            data.resolve("tracks/around-visnjan-with-car.gpx"),
            data.resolve("tracks/cerknicko-jezero.gpx"));
    try (Alien alien = open();
        FeedReader feed = new FeedReader(appliance.httpUrl(), alien.registration().orgId())) {
      final List<Long> expected = new ArrayList<>();
      for (final Path track : tracks) {
        final ReplaySummary summary = replay(alien, track);
        LongStream.range(0, summary.published()).forEach(expected::add);
      }
      assertEquals(184 + 104 + 296, expected.size());
      final CompletableFuture<Void> killer = CompletableFuture.runAsync(this::killOnce);
      final ReplaySummary summary = replay(alien, data.resolve("px4-log.ndjson.gz"));
      killer.get(1, TimeUnit.MINUTES);
      assertEquals(23_596, summary.published(), summary.line());
      LongStream.range(0, summary.published()).forEach(expected::add);

      final List<Message> messages = stored(alien.registration(), expected.size());
      assertEquals(expected, records(messages));
      final Set<String> ids = new HashSet<>();
      messages.forEach(m -> assertTrue(ids.add(m.getHeaders().getFirst("Nats-Msg-Id"))));

      feed.awaitCount(expected.size(), LONG);
      assertEquals(expected, feed.records());
      assertEquals("", feed.complaint());
      assertTrue(feed.connections() > 1, "the feed was resumed");
    }
  }

  @Test
  void shouldRunAFleetOfEveryKind() throws Exception {
    try (SimulatedFleet vehicles =
        SimulatedFleet.start(
            config(),
            List.of(VehicleKind.values()),
            folder.resolve("vehicles"),
            Duration.ofMillis(20),
            (notice, text) -> {})) {
      while (vehicles.delivery().acknowledged() < 200) {
        Thread.sleep(5);
      }
      assertTrue(vehicles.stop(LONG));
      assertEquals(vehicles.delivery().published(), vehicles.delivery().acknowledged());
    }
  }

  private ReplaySummary replay(final Alien alien, final Path file) throws InterruptedException {
    final ReplaySummary summary =
        TrackReplay.run(
            alien,
            new ReplayOptions(
                file,
                ReplayOptions.SPEED_MAX,
                false,
                false,
                folder.resolve("replay-" + file.getFileName())),
            progress -> {});
    assertTrue(summary.isComplete());
    assertEquals(summary.published(), summary.acknowledged(), summary.line());
    return summary;
  }

  private void killOnce() {
    try {
      Thread.sleep(300);
      appliance.kill();
      appliance.start();
    } catch (final IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void killThreeTimes(final Alien alien, final int count) {
    for (int i = 0; i < 3; i++) {
      final long wanted = Math.min(count, alien.delivery().acknowledged() + 100);
      while (alien.delivery().acknowledged() < wanted) {
        LockSupport.parkNanos(1_000_000);
      }
      killOnce();
    }
  }

  private void command(final Registration to, final String json) throws Exception {
    try (Connection operator = connect()) {
      operator
          .jetStream()
          .publish(
              "constellation.commands." + to.orgId() + "." + to.entityId(),
              json.getBytes(StandardCharsets.UTF_8));
    }
  }

  /** What the stream holds of a device, in order; one message more would be found too. */
  private List<Message> stored(final Registration device, final int count) throws Exception {
    final List<Message> messages = new ArrayList<>();
    try (Connection reader = connect();
        var iterator =
            reader
                .getStreamContext("CONSTELLATION_TELEMETRY")
                .createOrderedConsumer(
                    new OrderedConsumerConfiguration()
                        .filterSubject(
                            "constellation.telemetry." + device.orgId() + "." + device.entityId()))
                .iterate()) {
      Message message = iterator.nextMessage(Duration.ofSeconds(20));
      while (message != null) {
        messages.add(message);
        message =
            iterator.nextMessage(
                messages.size() < count ? Duration.ofSeconds(20) : Duration.ofMillis(500));
      }
    }
    return messages;
  }

  private static List<Long> records(final List<Message> messages) throws IOException {
    final JsonFactory json = new JsonFactory();
    final List<Long> records = new ArrayList<>();
    for (final Message message : messages) {
      try (JsonParser parser = json.createParser(message.getData())) {
        for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
          if (token == JsonToken.VALUE_NUMBER_INT && "record".equals(parser.currentName())) {
            records.add(parser.getLongValue());
          }
        }
      }
    }
    return records;
  }

  private Connection connect() throws IOException, InterruptedException {
    return Nats.connect(
        Options.builder()
            .server(appliance.natsUrl())
            .noReconnect()
            .errorListener(new ErrorListener() {})
            .build());
  }

  private Alien open() throws InterruptedException {
    final Alien alien = Alien.open(config(), (notice, text) -> {});
    assertTrue(alien.awaitConnected(LONG));
    return alien;
  }

  private AlienConfig config() {
    return AlienConfig.builder()
        .httpUrl(appliance.httpUrl())
        .natsUrl(appliance.natsUrl())
        .token(ApplianceProcess.TOKEN)
        .organization("Test Fleet", "civilian")
        .entity("Ziggy", "drone")
        .stateFile(folder.resolve("state.json"))
        .reconnectDelayMax(Duration.ofMillis(500))
        .build();
  }

  /** The recorded data beside the checkout: required in CI. */
  private static Path recordings() {
    final String given = System.getenv("MOTHERSHIP_SHARED");
    final Path data = (given == null ? Path.of("../../shared") : Path.of(given)).resolve("data");
    assumeTrue(
        Files.isDirectory(data) || "true".equals(System.getenv("CI")),
        "recorded data is not there: " + data.toAbsolutePath().normalize());
    return data;
  }
}
