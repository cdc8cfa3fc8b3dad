package io.mothership.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nats.client.Connection;
import io.nats.client.ErrorListener;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.nats.client.api.RetentionPolicy;
import io.nats.client.api.StreamConfiguration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills the product under load again and again, at random moments and while it starts, and holds
 * what its clients were told against what they find. {@code -Dmothership.kill.cycles=N} for more,
 * {@code -Dmothership.seed=N} for other moments.
 */
@SuppressWarnings("try")
final class KillClientsIT {
  private static final int CYCLES = Integer.getInteger("mothership.kill.cycles", 6);
  private static final long SEED = Long.getLong("mothership.seed", 42L);
  private static final int ACKNOWLEDGEMENTS_MAX = 2_500;
  private static final long LOAD_MS_MAX = 20_000;
  private static final int START_MS_MAX = 1_000;
  private static final Duration DUPLICATE_WINDOW = Duration.ofMinutes(10);
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @TempDir private Path folder;
  private final PublishingClient always = new PublishingClient("ALWAYS");
  private final PublishingClient interval = new PublishingClient("INTERVAL");
  private final PublishingClient jobs = new PublishingClient("JOBS");
  private final AcknowledgingClient reader = new AcknowledgingClient("ALWAYS");
  private final AcknowledgingClient worker = new AcknowledgingClient("JOBS");
  private ChangingClient changes;
  private ApplianceProcess appliance;

  @BeforeEach
  void start() throws Exception {
    final Path config = folder.resolve("small.conf");
    Files.writeString(
        config,
        """
        max_payload: 256KB
        storage { segment_size: 1MB, checkpoint_size: 1MB }
        """);
    appliance = ApplianceProcess.start(folder.resolve("it"), "--config", config.toString());
    changes = new ChangingClient(appliance.httpUrl());
    try (Connection connection = connect()) {
      create(connection, "ALWAYS", "always", RetentionPolicy.Limits);
      create(connection, "INTERVAL", "interval", RetentionPolicy.Limits);
      create(connection, "JOBS", "always", RetentionPolicy.WorkQueue);
    }
  }

  @AfterEach
  void stop() {
    changes.close();
    appliance.close();
  }

  @Test
  void shouldKeepItsPromisesThroughKills() throws Exception {
    final Random random = new Random(SEED);
    for (int cycle = 0; cycle < CYCLES; cycle++) {
      loadAndKill(1 + random.nextInt(ACKNOWLEDGEMENTS_MAX));
      if (random.nextInt(5) == 0) {
        appliance.startAndKill(random.nextInt(START_MS_MAX));
      }
      appliance.start();
      changes.checkEntities();
      try (Connection connection = connect()) {
        reader.checkFloor(connection);
        worker.checkFloor(connection);
      }
    }
    assertAllKept();
    final String kept =
        "%d kills: acknowledged %d always, %d interval, %d jobs; confirmed %d and %d readings, %d"
                .formatted(
                    CYCLES,
                    always.acknowledgedCount(),
                    interval.acknowledgedCount(),
                    jobs.acknowledgedCount(),
                    reader.confirmedCount(),
                    worker.confirmedCount(),
                    changes.confirmedCount())
            + " changes";
    System.out.println(kept);
    assertFalse(kept.contains(" 0 "), kept);
  }

  /** Kills once so much more was acknowledged: a slow machine is killed as late as a fast one. */
  private void loadAndKill(final int acknowledgements) throws Exception {
    final int target = acknowledgedCount() + acknowledgements;
    try (Connection publishing = connect();
        Connection reading = connect();
        Connection working = connect()) {
      final List<Thread> clients = new ArrayList<>();
      for (final PublishingClient client : List.of(always, interval, jobs)) {
        clients.add(Thread.startVirtualThread(() -> client.publish(publishing)));
      }
      clients.add(Thread.startVirtualThread(() -> reader.work(reading)));
      clients.add(Thread.startVirtualThread(() -> worker.work(working)));
      clients.add(Thread.startVirtualThread(changes::change));
      final long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LOAD_MS_MAX);
      while (acknowledgedCount() < target && System.nanoTime() - deadlineNs < 0) {
        Thread.sleep(1);
      }
      assertTrue(appliance.isAlive(), appliance::log);
      appliance.kill();
      publishing.close();
      reading.close();
      working.close();
      for (final Thread client : clients) {
        client.interrupt();
        client.join();
      }
    }
  }

  /** Of all kinds, each as often as it comes. */
  private int acknowledgedCount() {
    return always.acknowledgedCount()
        + interval.acknowledgedCount()
        + jobs.acknowledgedCount()
        + reader.confirmedCount()
        + worker.confirmedCount()
        + changes.confirmedCount();
  }

  private void assertAllKept() throws Exception {
    try (Connection connection = connect()) {
      for (final PublishingClient client : List.of(always, interval, jobs)) {
        assertEquals(Map.of(), client.refusals());
        client.publishPending(connection);
      }
      always.assertAllThere(connection);
      interval.assertAllThere(connection);
      worker.workOff(connection);
      // A job that was done is no more: every one came, and under one sequence.
      assertEquals(
          Map.of(), missing(jobs.acknowledged(), worker.delivered()), "jobs that never came");
      reader.workOff(connection);
      assertEquals(
          Map.of(), missing(always.acknowledged(), reader.delivered()), "messages that never came");
      assertEquals(Set.of(), changes.refusals());
      changes.assertEventsOnce(connection);
    }
    assertEquals(0, appliance.stop(), appliance::log);
  }

  private static Map<Long, Long> missing(
      final Map<Long, Long> promised, final Map<Long, Long> found) {
    final Map<Long, Long> missing = new TreeMap<>(promised);
    missing.entrySet().removeIf(entry -> entry.getValue().equals(found.get(entry.getKey())));
    return missing;
  }

  private static void create(
      final Connection connection,
      final String stream,
      final String sync,
      final RetentionPolicy retention)
      throws Exception {
    connection
        .jetStreamManagement()
        .addStream(
            StreamConfiguration.builder()
                .name(stream)
                .subjects(stream + ".>")
                .retentionPolicy(retention)
                .duplicateWindow(DUPLICATE_WINDOW)
                .metadata(Map.of("mothership.sync", sync))
                .build());
  }

  private Connection connect() throws IOException, InterruptedException {
    return Nats.connect(
        Options.builder()
            .server(appliance.natsUrl())
            .noReconnect()
            .connectionTimeout(PATIENCE)
            .errorListener(new ErrorListener() {})
            .build());
  }
}
