package io.mothership.alien;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nats.client.Connection;
import io.nats.client.JetStreamSubscription;
import io.nats.client.Message;
import io.nats.client.PushSubscribeOptions;
import io.nats.client.api.AckPolicy;
import io.nats.client.api.ConsumerConfiguration;
import io.nats.client.api.DeliverPolicy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** Alien against a nats-server named by {@code -Dmothership.test.nats-server=PATH}. */
@EnabledIfSystemProperty(named = "mothership.test.nats-server", matches = ".+")
@SuppressWarnings("try")
final class AlienLinkIT {

  private static final Duration LONG = Duration.ofSeconds(30);

  @TempDir private Path folder;
  private FleetServer fleet;
  private NatsServerProcess nats;

  @BeforeEach
  void start() throws Exception {
    fleet = new FleetServer();
    nats =
        NatsServerProcess.start(
            NatsServerProcess.program().orElseThrow(),
            Files.createDirectory(folder.resolve("nats")));
  }

  @AfterEach
  void stop() throws Exception {
    nats.close();
    fleet.close();
  }

  @Test
  void shouldPublishTelemetryPositionsAndEvents() throws Exception {
    try (Alien alien = open()) {
      alien.sendTelemetry(Map.of("battery_level", 85));
      alien.sendPosition(45.5, 14.25, 550);
      alien.sendEvent("status_changed", Map.of("status", "active"));
      assertTrue(alien.awaitAcknowledged(LONG));
      assertEquals(new Delivery(3, 3, 0, 0, 0, 0), alien.delivery());

      final Registration me = alien.registration();
      final List<Message> telemetry =
          stored("constellation.telemetry." + me.orgId() + "." + me.entityId(), 2);
      final Map<String, Object> body = JsonText.readObject(telemetry.get(0).getData());
      assertEquals(me.entityId(), body.get("entity_id"));
      assertEquals(Map.of("battery_level", 85), body.get("data"));
      assertTrue(
          String.valueOf(body.get("timestamp"))
              .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}"));
      assertTrue(
          telemetry
              .get(0)
              .getHeaders()
              .getFirst("Nats-Msg-Id")
              .matches(me.entityId() + "-\\d+\\.\\d{6}"));
      assertEquals(
          Map.of("position", Map.of("latitude", 45.5, "longitude", 14.25, "altitude", 550.0)),
          JsonText.readObject(telemetry.get(1).getData()).get("data"));
      final Map<String, Object> event =
          JsonText.readObject(
              stored("constellation.events." + me.orgId() + ".status_changed", 1)
                  .getFirst()
                  .getData());
      assertEquals("status_changed", event.get("event_type"));
    }
  }

  @Test
  void shouldKeepEveryMessageInOrderOverKillsOfTheServer() throws Exception {
    final int count = 20_000;
    try (Alien alien = open()) {
      final Thread killer =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      for (int i = 0; i < 3; i++) {
                        Thread.sleep(300);
                        nats.kill();
                        nats.start();
                      }
                    } catch (final Exception e) {
                      throw new IllegalStateException(e);
                    }
                  });
      for (int i = 0; i < count; i++) {
        alien.sendTelemetry(Map.of("n", i));
        if (i % 20 == 0) {
          Thread.sleep(1);
        }
      }
      killer.join();
      assertTrue(alien.awaitAcknowledged(LONG), () -> alien.delivery().toString());
      assertEquals(count, alien.delivery().acknowledged());
      assertTrue(alien.delivery().resent() > 0, () -> alien.delivery().toString());

      final Registration me = alien.registration();
      final List<Object> numbers = new ArrayList<>();
      for (final Message message :
          stored("constellation.telemetry." + me.orgId() + "." + me.entityId(), count)) {
        numbers.add(JsonText.member(JsonText.readObject(message.getData()), "data").get("n"));
      }
      assertEquals(IntStream.range(0, count).boxed().toList(), numbers);
    }
  }

  @Test
  void shouldTakeCommandsAndReportWhatBecameOfThem() throws Exception {
    final CompletableFuture<Command> seen = new CompletableFuture<>();
    try (Alien alien = open();
        Connection operator = nats.connect()) {
      final Registration me = alien.registration();
      final String subject = "constellation.commands." + me.orgId() + "." + me.entityId();
      operator.jetStream().publish(subject, json("{'type':'return_to_base','command_id':'c1'}"));
      alien.onCommand("return_to_base", seen::complete);
      assertEquals("c1", seen.get(20, TimeUnit.SECONDS).id());
      operator.jetStream().publish(subject, json("{'type':'dance','command_id':'c2'}"));
      operator.jetStream().publish(subject, json("[]"));

      final List<String> fates = new ArrayList<>();
      for (final Message message :
          stored("constellation.events." + me.orgId() + ".command_ack", 5)) {
        final Map<String, Object> data =
            JsonText.member(JsonText.readObject(message.getData()), "data");
        fates.add(data.get("command_id") + " " + data.get("status"));
      }
      assertEquals(
          List.of(
              "c1 acked",
              "c1 executing",
              "c1 done_ok",
              "c2 rejected",
              "CONSTELLATION_COMMANDS:3 rejected"),
          fates);
      assertEquals(
          0,
          operator
              .jetStreamManagement()
              .getStreamInfo("CONSTELLATION_COMMANDS")
              .getStreamState()
              .getMsgCount());
    }
  }

  @Test
  void shouldGetCommandsOnAfterTheServerWasKilled() throws Exception {
    final List<String> seen = new CopyOnWriteArrayList<>();
    final CompletableFuture<Void> second = new CompletableFuture<>();
    try (Alien alien = open()) {
      final Registration me = alien.registration();
      final String subject = "constellation.commands." + me.orgId() + "." + me.entityId();
      final CompletableFuture<Void> first = new CompletableFuture<>();
      alien.onCommand(
          "go",
          command -> {
            seen.add(command.id());
            (seen.size() == 1 ? first : second).complete(null);
          });
      try (Connection operator = nats.connect()) {
        operator.jetStream().publish(subject, json("{'type':'go','command_id':'c1'}"));
        first.get(20, TimeUnit.SECONDS);
      }
      nats.kill();
      nats.start();
      try (Connection operator = nats.connect()) {
        operator.jetStream().publish(subject, json("{'type':'go','command_id':'c2'}"));
        second.get(20, TimeUnit.SECONDS);
      }
      assertEquals(List.of("c1", "c2"), seen);
    }
  }

  @Test
  void shouldRefuseWhatTheStreamNeverTakes() throws Exception {
    try (Alien alien = open()) {
      alien.sendTelemetry(Map.of("x", "y".repeat(70_000)));
      alien.sendTelemetry(Map.of("x", "y".repeat(2_000_000)));
      alien.sendTelemetry(Map.of("x", 1));
      assertTrue(alien.awaitAcknowledged(LONG));

      assertEquals(new Delivery(3, 1, 0, 2, 0, 0), alien.delivery());
    }
  }

  @Test
  void shouldReplayOnceThoughInterruptedAndBeginANewPassAfterwards() throws Exception {
    final int count = 5_000;
    final Path log = folder.resolve("log.ndjson");
    final StringBuilder lines = new StringBuilder();
    for (int i = 0; i < count; i++) {
      lines.append("{\"t_us\":").append(i * 200L).append(",\"data\":{\"n\":").append(i);
      lines.append("}}\n");
    }
    Files.writeString(log, lines);
    final Registration me;
    try (Alien alien = open()) {
      me = alien.registration();
      final Thread replay =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      TrackReplay.run(alien, ReplayOptions.of(config(), log, 1), s -> {});
                    } catch (final InterruptedException e) {
                      // As intended.
                    }
                  });
      while (alien.delivery().acknowledged() < 1_000) {
        Thread.sleep(1);
      }
      replay.interrupt();
      replay.join();
    }
    // What a kill -9 leaves: progress that is older than what the server has.
    final Path progress = ReplayOptions.of(config(), log, 1).progressFile();
    ReplayProgress.read(progress).orElseThrow().at(1, 10, false).write(progress);
    try (Alien alien = open()) {
      final ReplaySummary rest =
          TrackReplay.run(alien, ReplayOptions.of(config(), log, ReplayOptions.SPEED_MAX), s -> {});
      assertTrue(rest.resumedAt() >= 1_000, rest.line());
      assertEquals(count - rest.resumedAt(), rest.acknowledged(), rest.line());
      assertEquals(0, rest.duplicates(), rest.line());
      assertEquals(List.of(0L, 0L), List.of(rest.failed(), rest.pending()));

      final List<Message> messages =
          stored("constellation.telemetry." + me.orgId() + "." + me.entityId(), count);
      final var ids = new HashSet<String>();
      for (int i = 0; i < count; i++) {
        final Map<String, Object> body = JsonText.readObject(messages.get(i).getData());
        assertEquals(Map.of("n", i), body.get("data"));
        assertTrue(ids.add(messages.get(i).getHeaders().getFirst("Nats-Msg-Id")));
      }
      final ReplaySummary again =
          TrackReplay.run(alien, ReplayOptions.of(config(), log, ReplayOptions.SPEED_MAX), s -> {});
      assertEquals(2, again.pass());
      assertEquals(count, again.acknowledged());
      assertEquals(0, again.duplicates());
    }
  }

  @Test
  void shouldRunAFleetOfEveryKind() throws Exception {
    final AlienConfig common = config();
    try (SimulatedFleet vehicles =
        SimulatedFleet.start(
            common,
            List.of(VehicleKind.values()),
            folder.resolve("vehicles"),
            Duration.ofMillis(20),
            (notice, text) -> {})) {
      while (vehicles.delivery().acknowledged() < 100) {
        Thread.sleep(5);
      }
      assertTrue(vehicles.stop(LONG));
      assertEquals(vehicles.delivery().published(), vehicles.delivery().acknowledged());
      assertEquals(VehicleKind.values().length, vehicles.rows().size());
      assertEquals(1, fleet.organizations.size());
    }
  }

  private List<Message> stored(final String subject, final int count) throws Exception {
    try (Connection connection = nats.connect()) {
      final boolean isQueue = !subject.startsWith("constellation.telemetry.");
      final JetStreamSubscription subscription =
          connection
              .jetStream()
              .subscribe(
                  subject,
                  PushSubscribeOptions.builder()
                      .configuration(
                          ConsumerConfiguration.builder()
                              .deliverPolicy(DeliverPolicy.All)
                              .ackPolicy(isQueue ? AckPolicy.Explicit : AckPolicy.None)
                              .build())
                      .build());
      final List<Message> messages = new ArrayList<>();
      while (messages.size() < count) {
        final Message message = subscription.nextMessage(Duration.ofSeconds(10));
        assertTrue(message != null, "only " + messages.size() + " messages of " + subject);
        if (isQueue) {
          message.ack();
        }
        messages.add(message);
      }
      return messages;
    }
  }

  private static byte[] json(final String text) {
    return text.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
  }

  private Alien open() throws InterruptedException {
    final Alien alien = Alien.open(config(), (notice, text) -> {});
    assertTrue(alien.awaitConnected(LONG));
    return alien;
  }

  private AlienConfig config() {
    return AlienConfig.builder()
        .httpUrl(fleet.url())
        .natsUrl(nats.url())
        .token(FleetServer.TOKEN)
        .stateFile(folder.resolve("state.json"))
        .reconnectDelayMax(Duration.ofMillis(200))
        .build();
  }
}
