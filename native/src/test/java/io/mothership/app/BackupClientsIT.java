package io.mothership.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.api.testkit.ContractCheckingHttp;
import io.nats.client.Connection;
import io.nats.client.Message;
import io.nats.client.Nats;
import io.nats.client.api.OrderedConsumerConfiguration;
import io.nats.client.api.StreamConfiguration;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Backup of the product under load, and another one that goes on from it. */
@SuppressWarnings("try")
final class BackupClientsIT {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final String STREAM = "LOAD";
  private static final Pattern ENTITY = Pattern.compile("\"entity_id\":\"([^\"]+)\"");
  private static final Pattern COPIED = Pattern.compile("copied: +(\\d+) bytes");

  @TempDir private Path folder;
  private final ContractCheckingHttp http = new ContractCheckingHttp();
  private final Map<Long, String> acknowledged = new ConcurrentSkipListMap<>();
  private final List<String> entities = new CopyOnWriteArrayList<>();
  private Path config;
  private ApplianceProcess appliance;
  private Connection publisher;
  private String orgId;
  private volatile boolean isEnding;
  private volatile Exception failure;

  @BeforeEach
  void start() throws Exception {
    config = folder.resolve("small.conf");
    Files.writeString(
        config,
        """
        max_payload: 256KB
        storage { segment_size: 1MB, checkpoint_size: 1MB }
        """);
    appliance = ApplianceProcess.start(folder.resolve("first"), "--config", config.toString());
    publisher = Nats.connect(appliance.natsUrl());
    final String organization =
        call(appliance, "POST", "organizations", "{\"name\":\"acme\",\"org_type\":\"fleet\"}");
    final Matcher id = Pattern.compile("\"org_id\":\"([^\"]+)\"").matcher(organization);
    assertTrue(id.find(), organization);
    orgId = id.group(1);
    publisher
        .jetStreamManagement()
        .addStream(
            StreamConfiguration.builder()
                .name(STREAM)
                .subjects("load.>")
                .maxBytes(6_000_000)
                .build());
  }

  @AfterEach
  void stop() throws InterruptedException {
    publisher.close();
    http.close();
    appliance.close();
  }

  @Test
  void shouldRestoreAllThatWasAcknowledgedBeforeTheBackupBegan() throws Exception {
    final Thread messages = Thread.ofVirtual().start(() -> load(this::publish));
    final Thread records = Thread.ofVirtual().start(() -> load(this::create));
    while (acknowledged.size() < 3_000 && failure == null) {
      Thread.sleep(20);
    }
    final Path target = folder.resolve("backups");
    final long firstCopied = copied(run(0, "backup", data(), "--to", target.toString()));
    final Map<Long, String> before = new TreeMap<>(acknowledged);
    final Set<String> entitiesBefore = new TreeSet<>(entities);
    final long secondCopied = copied(run(0, "backup", data(), "--to", target.toString()));
    isEnding = true;
    messages.join();
    records.join();
    assertEquals(null, failure);
    assertTrue(entitiesBefore.size() > 10, () -> "entities: " + entitiesBefore.size());
    assertTrue(secondCopied < firstCopied, () -> firstCopied + ", then " + secondCopied);
    assertFalse(Files.exists(appliance.data().resolve("backup-links")));
    publisher.close();
    appliance.kill();

    final Path second = Files.createDirectories(folder.resolve("second"));
    run(0, "restore", target.toString(), "--to", second.resolve("data").toString());
    run(1, "restore", target.toString(), "--to", second.resolve("data").toString());
    run(0, "journal", "verify", second.resolve("data").toString());
    try (ApplianceProcess restored =
        ApplianceProcess.start(second, "--config", config.toString())) {
      assertHolds(restored, before);
      assertEntities(restored, entitiesBefore);
      assertEquals(0, restored.stop(), restored::log);
    }
  }

  @Test
  void shouldRestoreNothingFromADamagedBackup() throws Exception {
    for (int i = 0; i < 100; i++) {
      publish(i);
    }
    final Path target = folder.resolve("backups");
    run(0, "backup", data(), "--to", target.toString());
    final List<Path> objects;
    try (var found = Files.list(target.resolve("objects"))) {
      objects = found.toList();
    }
    assertTrue(objects.size() >= 2);
    for (final Path object : objects) {
      final byte[] good = Files.readAllBytes(object);
      final byte[] bad = good.clone();
      bad[bad.length / 3] ^= 4;
      Files.write(object, bad, StandardOpenOption.TRUNCATE_EXISTING);
      final Path restored = folder.resolve("restored");
      assertTrue(
          run(1, "restore", target.toString(), "--to", restored.toString())
              .contains("BACKUP_DAMAGED"));
      assertFalse(Files.exists(restored));
      Files.write(object, good, StandardOpenOption.TRUNCATE_EXISTING);
    }
    run(0, "restore", target.toString(), "--to", folder.resolve("restored").toString());
  }

  /** A stream that holds what it did, or what came after it, and nothing else. */
  private static void assertHolds(final ApplianceProcess restored, final Map<Long, String> before)
      throws Exception {
    try (Connection client = Nats.connect(restored.natsUrl())) {
      final var state = client.jetStreamManagement().getStreamInfo(STREAM).getStreamState();
      final long last = before.keySet().stream().mapToLong(Long::longValue).max().orElseThrow();
      assertTrue(state.getLastSequence() >= last, () -> state + ", acknowledged " + last);
      final Map<Long, String> found = new HashMap<>();
      final var reader =
          client.getStreamContext(STREAM).createOrderedConsumer(new OrderedConsumerConfiguration());
      try (var messages = reader.iterate()) {
        for (long left = state.getMsgCount(); left > 0; left--) {
          final Message message = messages.nextMessage(PATIENCE);
          assertTrue(message != null, "a message cannot be read");
          found.put(
              message.metaData().streamSequence(),
              new String(message.getData(), StandardCharsets.US_ASCII));
        }
      }
      before.forEach(
          (sequence, payload) -> {
            if (sequence >= state.getFirstSequence()) {
              assertEquals(payload, found.get(sequence));
            }
          });
    }
  }

  /** Every record there was is there, and every record that is there has its event, once. */
  private void assertEntities(final ApplianceProcess restored, final Set<String> before)
      throws Exception {
    final Set<String> found = new TreeSet<>();
    final Matcher ids = ENTITY.matcher(call(restored, "GET", "entities?org_id=" + orgId, ""));
    while (ids.find()) {
      found.add(ids.group(1));
    }
    assertTrue(found.containsAll(before));
    try (Connection client = Nats.connect(restored.natsUrl())) {
      final Map<String, Integer> events = new HashMap<>();
      final var reader =
          client
              .getStreamContext("CONSTELLATION_ENTITIES")
              .createOrderedConsumer(new OrderedConsumerConfiguration());
      try (var messages = reader.iterate()) {
        Message message = messages.nextMessage(PATIENCE);
        while (message != null) {
          final Matcher id = ENTITY.matcher(new String(message.getData()));
          if (id.find()) {
            events.merge(id.group(1), 1, Integer::sum);
          }
          message = messages.nextMessage(Duration.ofSeconds(2));
        }
      }
      for (final String entity : found) {
        assertEquals(1, events.get(entity), () -> "events of " + entity);
      }
    }
  }

  private interface Work {
    void run(int number) throws Exception;
  }

  private void load(final Work work) {
    try {
      for (int i = 0; !isEnding; i++) {
        work.run(i);
      }
    } catch (final Exception e) {
      failure = e;
    }
  }

  private void publish(final int number) throws Exception {
    final String payload = number + ":" + "x".repeat(2_000 + number % 1_000);
    acknowledged.put(
        publisher.jetStream().publish("load." + number % 5, payload.getBytes()).getSeqno(),
        payload);
  }

  private void create(final int number) throws Exception {
    final String created =
        call(appliance, "POST", "entities?org_id=" + orgId, "{\"entity_type\":\"rover\"}");
    final Matcher id = ENTITY.matcher(created);
    assertTrue(id.find(), created);
    entities.add(id.group(1));
  }

  private String data() {
    return appliance.data().toString();
  }

  private static long copied(final String output) {
    final Matcher bytes = COPIED.matcher(output);
    assertTrue(bytes.find(), output);
    return Long.parseLong(bytes.group(1));
  }

  /** Runs a command of the product and returns what it wrote. */
  private static String run(final int exitCode, final String... arguments)
      throws IOException, InterruptedException {
    final List<String> command = new ArrayList<>(ApplianceProcess.program());
    command.addAll(List.of(arguments));
    final Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    final String output = new String(process.getInputStream().readAllBytes());
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    assertEquals(exitCode, process.exitValue(), () -> command + "\n" + output);
    return output;
  }

  private String call(
      final ApplianceProcess which, final String method, final String target, final String body)
      throws IOException, InterruptedException {
    return http.send(
            method,
            URI.create(which.httpUrl() + "/api/v1/" + target),
            body,
            "Authorization",
            "Bearer " + ApplianceProcess.TOKEN,
            "Content-Type",
            "application/json")
        .body();
  }
}
