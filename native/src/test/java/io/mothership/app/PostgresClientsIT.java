package io.mothership.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.api.testkit.ContractCheckingHttp;
import io.mothership.config.CertificateFiles;
import io.mothership.storage.sql.PostgresServer;
import io.nats.client.Connection;
import io.nats.client.Message;
import io.nats.client.Nats;
import io.nats.client.api.OrderedConsumerConfiguration;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The product with its records in a real PostgreSQL. */
final class PostgresClientsIT {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Pattern ENTITY = Pattern.compile("\"entity_id\":\"([^\"]+)\"");
  private static final Pattern ORGANIZATION = Pattern.compile("\"org_id\":\"([^\"]+)\"");
  private static final int KILLS = 3;
  private static final int EACH_MIN = 25;

  @TempDir private Path folder;
  private final ContractCheckingHttp http = new ContractCheckingHttp();

  @AfterEach
  void stop() {
    http.close();
  }

  private record Output(int exitCode, String text) {
    /** Insists on a word, and that no part of a login is told. */
    void expect(final int code, final String... words) {
      assertEquals(code, exitCode, text);
      for (final String word : words) {
        assertTrue(text.contains(word), text);
      }
      assertTellsNoSecret(text);
    }
  }

  private static void assertTellsNoSecret(final String text) {
    assertFalse(text.contains("mellon"), text);
    assertFalse(text.contains("of the tests"), text);
    assertFalse(text.contains("of%20the"), text);
  }

  private ApplianceProcess start(final String url) throws IOException, InterruptedException {
    return ApplianceProcess.start(folder.resolve("appliance"), Map.of("DATABASE_URL", url));
  }

  private Output run(final String url, final String... arguments)
      throws IOException, InterruptedException {
    final List<String> command = ApplianceProcess.program();
    command.addAll(List.of(arguments));
    final Path output = Files.createTempFile(folder, "run", ".log");
    final ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    if (!url.isEmpty()) {
      builder.environment().put("DATABASE_URL", url);
    }
    final Process process = builder.start();
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    return new Output(process.exitValue(), Files.readString(output));
  }

  /** A start that is to fail, in a folder of its own. */
  private Output failingStart(final String url) throws IOException, InterruptedException {
    return startedIn(Files.createTempDirectory(folder, "data"), url);
  }

  private Output startedIn(final Path data, final String url)
      throws IOException, InterruptedException {
    return run(
        url,
        "serve",
        "--data-dir",
        data.toString(),
        "--http",
        "127.0.0.1:0",
        "--nats",
        "127.0.0.1:0",
        "--set",
        "storage.database_wait=0");
  }

  private HttpResponse<String> call(
      final ApplianceProcess appliance, final String method, final String target, final String body)
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

  private static String id(final Pattern pattern, final HttpResponse<String> answer) {
    final Matcher id = pattern.matcher(answer.body());
    assertTrue(answer.statusCode() == 201 && id.find(), answer.body());
    return id.group(1);
  }

  private String newOrganization(final ApplianceProcess appliance) throws Exception {
    return id(
        ORGANIZATION,
        call(
            appliance,
            "POST",
            "/api/v1/organizations",
            "{\"name\":\"acme\",\"org_type\":\"fleet\"}"));
  }

  private HttpResponse<String> create(final ApplianceProcess appliance, final String orgId)
      throws Exception {
    return call(
        appliance,
        "POST",
        "/api/v1/entities?org_id=" + orgId,
        "{\"entity_type\":\"rover\",\"position\":{\"latitude\":-0.1,\"longitude\":1e-9},"
            + "\"metadata\":{\"\u00e9\":[1,null,\"\\u0000\"]}}");
  }

  private Set<String> entities(final ApplianceProcess appliance, final String orgId)
      throws Exception {
    final Set<String> found = new TreeSet<>();
    final Matcher ids =
        ENTITY.matcher(call(appliance, "GET", "/api/v1/entities?org_id=" + orgId, "").body());
    while (ids.find()) {
      found.add(ids.group(1));
    }
    return found;
  }

  /** How many events the stream has of each entity. */
  private static Map<String, Integer> events(final ApplianceProcess appliance) throws Exception {
    final Map<String, Integer> events = new TreeMap<>();
    try (Connection client = Nats.connect(appliance.natsUrl());
        var messages =
            client
                .getStreamContext("CONSTELLATION_ENTITIES")
                .createOrderedConsumer(new OrderedConsumerConfiguration())
                .iterate()) {
      Message message = messages.nextMessage(PATIENCE);
      while (message != null) {
        final Matcher id = ENTITY.matcher(new String(message.getData()));
        assertTrue(id.find());
        events.merge(id.group(1), 1, Integer::sum);
        message = messages.nextMessage(Duration.ofSeconds(2));
      }
    }
    return events;
  }

  @Test
  void shouldKeepEachChangeWithItsEventOnceOverKills() throws Exception {
    final String url = PostgresServer.shared().newDatabase();
    final Set<String> acknowledged = new ConcurrentSkipListSet<>();
    String orgId = "";
    for (int i = 0; i < KILLS; i++) {
      try (ApplianceProcess appliance = start(url)) {
        final String organization = orgId.isEmpty() ? newOrganization(appliance) : orgId;
        orgId = organization;
        final Thread creating =
            Thread.startVirtualThread(
                () -> createUntilItDies(appliance, organization, acknowledged));
        final int enough = acknowledged.size() + EACH_MIN;
        while (acknowledged.size() < enough && creating.isAlive()) {
          Thread.sleep(5);
        }
        appliance.kill();
        creating.join();
        assertTrue(acknowledged.size() >= enough, appliance::log);
      }
    }
    // The driver's other form of a URL, and records that were made through the first.
    final String jdbc =
        "jdbc:"
            + url.replaceFirst("//.*@", "//")
            + "?user="
            + PostgresServer.USER
            + "&password="
            + url.replaceFirst(".*//[^:]*:([^@]*)@.*", "$1");
    try (ApplianceProcess appliance = start(jdbc)) {
      final Set<String> existing = entities(appliance, orgId);
      assertTrue(existing.containsAll(acknowledged));
      final Map<String, Integer> once = new HashMap<>();
      existing.forEach(entity -> once.put(entity, 1));
      assertEquals(once, events(appliance));
      final String health = call(appliance, "GET", "/health", "").body();
      assertTrue(health.contains("\"registry\":\"PostgreSQL\""), health);
      assertFalse(Files.exists(appliance.data().resolve("mothership.db")));
      assertEquals(0, appliance.stop(), appliance::log);
      assertTrue(appliance.log().contains("registry: PostgreSQL, 127.0.0.1:"), appliance::log);
      assertTellsNoSecret(appliance.log());
    }
  }

  private void createUntilItDies(
      final ApplianceProcess appliance, final String orgId, final Set<String> acknowledged) {
    try {
      while (true) {
        acknowledged.add(id(ENTITY, create(appliance, orgId)));
      }
    } catch (final Exception e) {
      // It was killed; the test counts what it had acknowledged.
    }
  }

  @Test
  void shouldServeOnWithoutTheDatabaseAndComeBackByItself() throws Exception {
    try (PostgresServer server = PostgresServer.startOwn();
        ApplianceProcess appliance = start(server.newDatabase());
        Connection device = Nats.connect(appliance.natsUrl())) {
      final String orgId = newOrganization(appliance);
      id(ENTITY, create(appliance, orgId));
      server.crash();
      final HttpResponse<String> refused = create(appliance, orgId);
      assertEquals(503, refused.statusCode(), refused.body());
      assertTrue(refused.body().contains("SQL_UNREACHABLE"), refused.body());
      assertEquals("5", refused.headers().firstValue("Retry-After").orElse(""));
      final HttpResponse<String> unread =
          call(appliance, "GET", "/api/v1/entities?org_id=" + orgId, "");
      assertEquals(503, unread.statusCode(), unread.body());
      final HttpResponse<String> sick = call(appliance, "GET", "/health", "");
      assertEquals(503, sick.statusCode());
      assertTrue(sick.body().contains("unhealthy: the database does not answer"), sick.body());
      // The journal needs no database.
      device.jetStream().publish("constellation.telemetry.x.position", new byte[] {'1'});
      server.start();
      final long deadlineNs = System.nanoTime() + PATIENCE.toNanos();
      while (call(appliance, "GET", "/health", "").statusCode() != 200) {
        assertTrue(System.nanoTime() - deadlineNs < 0, appliance::log);
        Thread.sleep(50);
      }
      id(ENTITY, create(appliance, orgId));
      assertEquals(2, entities(appliance, orgId).size());
      assertEquals(2, events(appliance).size());
      assertEquals(0, appliance.stop(), appliance::log);
      assertTrue(appliance.log().contains("the database is lost: "), appliance::log);
      assertTrue(appliance.log().contains("the database is back: "), appliance::log);
      assertTellsNoSecret(appliance.log());
    }
  }

  @Test
  void shouldSayWhyItDoesNotStart() throws Exception {
    final String url = PostgresServer.shared().newDatabase();
    failingStart(url.replace("mellon", "wrong"))
        .expect(78, "password authentication failed for user", "DATABASE_URL", "SQL_REFUSED");
    final int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    final String nobody = url.replaceFirst(":\\d+/", ":" + port + "/");
    failingStart(nobody).expect(1, "127.0.0.1:" + port, "Does it run", "SQL_UNREACHABLE");
    failingStart("mysql://u:mellon@h/d").expect(78, "must begin with postgresql://");
    run(nobody, "doctor", "-d", "d").expect(1, "FAIL database", "127.0.0.1:" + port, "Does it run");
    run(url, "config", "show").expect(0, "storage.database_wait");
    try (ApplianceProcess first = start(url)) {
      failingStart(url).expect(1, "another appliance uses the database", "since=", "SQL_IN_USE");
      final Output doctor = run(url, "doctor", "-d", first.data().toString());
      // The tests' server does not sync.
      doctor.expect(1, "FAIL database", "fsync is off");
      run("", "backup", first.data().toString(), "--to", folder.resolve("to").toString())
          .expect(0, "registry: ", "pg_dump");
      first.kill();
      startedIn(first.data(), "")
          .expect(
              78, "REGISTRY_ELSEWHERE", "last=PostgreSQL", "DATABASE_URL", "nothing was changed");
      assertFalse(Files.exists(first.data().resolve("mothership.db")));
    }
    PostgresServer.shared()
        .execute(
            PostgresServer.database(url),
            "INSERT INTO schema_migrations VALUES (4, 'later', 'now')");
    // The server may need a moment to see that the first is gone.
    Output newer = failingStart(url);
    for (int tries = 0; newer.text().contains("SQL_IN_USE") && tries < 100; tries++) {
      Thread.sleep(50);
      newer = failingStart(url);
    }
    newer.expect(78, "newer version: max=3, actual=4", "SQL_TOO_NEW");
  }

  @Test
  void shouldTalkToItEncryptedAndKnowItsCertificate() throws Exception {
    final CertificateFiles own =
        CertificateFiles.make(Files.createDirectory(folder.resolve("own")));
    final CertificateFiles other =
        CertificateFiles.make(Files.createDirectory(folder.resolve("other")));
    try (PostgresServer server = PostgresServer.startOwn()) {
      final String url = server.newDatabase();
      failingStart(url + "?sslmode=require").expect(78, "does not support SSL");
      server.useTls(own.certificate(), own.key());
      final String verified = url + "?sslmode=verify-full&sslrootcert=";
      failingStart(verified + other.certificate())
          .expect(1, "CertPathValidatorException", "SQL_UNREACHABLE");
      try (ApplianceProcess appliance = start(verified + own.certificate())) {
        newOrganization(appliance);
        server.execute(
            PostgresServer.database(url),
            "DO $$ BEGIN ASSERT (SELECT count(*) >= 5 AND bool_and(ssl) FROM pg_stat_ssl JOIN"
                + " pg_stat_activity USING (pid) WHERE application_name = 'mothership'); END $$");
        assertEquals(0, appliance.stop(), appliance::log);
      }
    }
  }
}
