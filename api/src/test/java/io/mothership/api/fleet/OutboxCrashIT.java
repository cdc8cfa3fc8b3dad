package io.mothership.api.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.api.ApiFixture;
import io.mothership.json.JsonValue;
import io.mothership.storage.sql.TestRegistry;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Kills the appliance between the two writes of a change, again and again: afterwards the feed has
 * exactly one event for each change that the registry has.
 */
final class OutboxCrashIT {
  private static final List<String> DEATHS =
      List.of("before 3", "during 4", "after 5", "during 1", "after 1", "before 1", "kill 6");

  @TempDir private Path folder;
  private final HttpClient client = HttpClient.newHttpClient();
  private final List<String> acknowledged = new ArrayList<>();
  private String orgId = "";

  @ParameterizedTest
  @EnumSource(TestRegistry.class)
  void shouldPublishEachChangeOnceWhateverMomentItDies(final TestRegistry registry)
      throws Exception {
    final String place = registry.newPlace(folder);
    for (final String death : DEATHS) {
      final String[] words = death.split(" ");
      final boolean isKilled = words[0].equals("kill");
      try (Appliance appliance =
          new Appliance(folder, isKilled ? "none" : words[0], words[1], place)) {
        createUntilItDies(appliance, isKilled ? Integer.parseInt(words[1]) : Integer.MAX_VALUE);
      }
    }
    try (Appliance appliance = new Appliance(folder, "none", "0", place)) {
      final List<String> existing = entities(appliance);
      assertTrue(new HashSet<>(existing).containsAll(acknowledged));
      assertTrue(acknowledged.size() > DEATHS.size(), "acknowledged=" + acknowledged.size());
      assertTrue(appliance.port > 0);
      final List<String> events = eventEntities(appliance, existing.size());
      assertEquals(existing, events);
    }
    client.close();
  }

  private void createUntilItDies(final Appliance appliance, final int killAfter)
      throws InterruptedException {
    try {
      if (appliance.port == 0) {
        throw new IOException("died at once");
      }
      if (orgId.isEmpty()) {
        orgId =
            text(
                appliance.post("/api/v1/organizations", "{\"name\":\"x\",\"org_type\":\"ngo\"}"),
                "org_id");
      }
      for (int i = 0; ; i++) {
        if (i == killAfter) {
          appliance.process.destroyForcibly();
        }
        acknowledged.add(
            text(
                appliance.post("/api/v1/entities?org_id=" + orgId, "{\"entity_type\":\"drone\"}"),
                "entity_id"));
      }
    } catch (final IOException e) {
      assertTrue(appliance.process.waitFor(60, TimeUnit.SECONDS), "it still lives: " + e);
      assertEquals(137, appliance.process.exitValue());
    }
  }

  private static String text(final byte[] answer, final String name) {
    return ((JsonValue.Text) ApiFixture.at(ApiFixture.parse(answer), "data", name)).value();
  }

  private List<String> entities(final Appliance appliance) throws Exception {
    final JsonValue list =
        ApiFixture.at(ApiFixture.parse(appliance.get("/api/v1/entities?org_id=" + orgId)), "data");
    return ((JsonValue.Items) list)
        .values().stream()
            .map(entity -> ((JsonValue.Text) ApiFixture.at(entity, "entity_id")).value())
            .toList();
  }

  /** All events up to one that is made last, so that a superfluous one would be seen. */
  private List<String> eventEntities(final Appliance appliance, final int expected)
      throws Exception {
    final BlockingQueue<String> entities = new LinkedBlockingQueue<>();
    final WebSocket socket =
        client
            .newWebSocketBuilder()
            .buildAsync(
                URI.create(
                    "ws://127.0.0.1:%d/api/v1/feed?org_id=%s&types=entity&since=0&token=%s"
                        .formatted(appliance.port, orgId, ApiFixture.TOKEN)),
                new Collecting(entities))
            .join();
    final String last =
        text(
            appliance.post("/api/v1/entities?org_id=" + orgId, "{\"entity_type\":\"last\"}"),
            "entity_id");
    final List<String> seen = new ArrayList<>();
    while (true) {
      final String entity = entities.poll(60, TimeUnit.SECONDS);
      assertTrue(entity != null, "seen=%d, expected=%d".formatted(seen.size(), expected));
      if (entity.equals(last)) {
        break;
      }
      seen.add(entity);
    }
    socket.abort();
    final Set<String> distinct = new HashSet<>(seen);
    assertEquals(distinct.size(), seen.size(), "an event came twice");
    return seen;
  }

  private record Collecting(BlockingQueue<String> entities, StringBuilder text)
      implements WebSocket.Listener {
    Collecting(final BlockingQueue<String> entities) {
      this(entities, new StringBuilder());
    }

    @Override
    public CompletionStage<?> onText(
        final WebSocket from, final CharSequence part, final boolean isLast) {
      text.append(part);
      if (isLast) {
        final JsonValue record = ApiFixture.parse(text.toString().getBytes(StandardCharsets.UTF_8));
        entities.add(((JsonValue.Text) ApiFixture.at(record, "entity_id")).value());
        text.setLength(0);
      }
      from.request(1);
      return null;
    }
  }

  /** The process and a client of it. */
  private final class Appliance implements AutoCloseable {
    private final Process process;
    private final int port;

    Appliance(final Path folder, final String moment, final String count, final String place)
        throws IOException {
      final List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
          .filter(
              argument ->
                  argument.startsWith("--add-")
                      || argument.startsWith("--enable-native")
                      || argument.startsWith("--sun-misc"))
          .forEach(command::add);
      command.addAll(
          List.of(
              "-Xmx256m",
              "-cp",
              System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
              CrashingAppliance.class.getName(),
              folder.toString(),
              moment,
              count,
              place));
      process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      final BufferedReader out = process.inputReader(StandardCharsets.US_ASCII);
      final String line = out.readLine();
      // An event left over by the death before may bring the next one before the port is known.
      port = line == null ? 0 : Integer.parseInt(line.substring(line.indexOf(' ') + 1));
    }

    byte[] post(final String target, final String body) throws IOException, InterruptedException {
      return call(request(target).POST(HttpRequest.BodyPublishers.ofString(body)).build());
    }

    byte[] get(final String target) throws IOException, InterruptedException {
      return call(request(target).build());
    }

    private HttpRequest.Builder request(final String target) {
      return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + target))
          .header("Authorization", "Bearer " + ApiFixture.TOKEN);
    }

    private byte[] call(final HttpRequest request) throws IOException, InterruptedException {
      final var response = client.send(request, BodyHandlers.ofByteArray());
      assertTrue(
          response.statusCode() / 100 == 2,
          () -> new String(response.body(), StandardCharsets.UTF_8));
      return response.body();
    }

    @Override
    public void close() throws InterruptedException {
      process.destroyForcibly().waitFor();
    }
  }
}
