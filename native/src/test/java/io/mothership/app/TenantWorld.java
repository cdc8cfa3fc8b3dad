package io.mothership.app;

import io.mothership.config.ConfigKey;
import io.mothership.config.HttpKeys;
import io.mothership.config.MonitorKeys;
import io.mothership.config.MothershipConfig;
import io.mothership.config.NatsKeys;
import io.mothership.config.StorageKeys;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An appliance with two organizations, and somebody of each kind who tries its doors: on real
 * sockets, all parts the product's.
 */
final class TenantWorld implements AutoCloseable {

  /** Who tries. All but the owner have their organization from the configuration. */
  enum Who {
    /** May do everything. */
    OWNER,
    /** Operator of the organization whose things are tried. */
    OWN,
    /** Viewer of it. */
    VIEWER,
    /** Delivers to it. */
    INGEST,
    /** Operator of the other organization. */
    OTHER;

    String secret() {
      return "secret-of-" + name();
    }
  }

  private static final long PATIENCE_S = 5;

  private final Path folder;
  private final Wiring wiring;
  private final HttpClient http = HttpClient.newHttpClient();
  private final Map<Who, NatsVisitor> visitors = new EnumMap<>(Who.class);
  private final String org;
  private final String otherOrg;
  private final String entity;

  TenantWorld(final Path folder) throws Exception {
    this.folder = folder;
    wiring = Wiring.start(config("authorization { user: owner, password: x }\n"), Role.APPLIANCE);
    org = created(call(Who.OWNER, "POST", "/api/v1/organizations", organization("ours")), "org_id");
    otherOrg =
        created(call(Who.OWNER, "POST", "/api/v1/organizations", organization("theirs")), "org_id");
    entity = newEntity(org);
    wiring.reconfigure(wiring.config().reloaded(config(users())));
    for (final Who who : Who.values()) {
      visitors.put(who, new NatsVisitor(wiring.ports().get("nats"), who.name(), who.secret()));
    }
  }

  private static String organization(final String name) {
    return "{\"name\":\"%s\",\"org_type\":\"civilian\"}".formatted(name);
  }

  private String users() {
    final StringBuilder users = new StringBuilder("authorization { users = [\n");
    final StringBuilder tokens = new StringBuilder("http { metrics_auth: true, tokens = [\n");
    for (final Who who : Who.values()) {
      final String grant =
          switch (who) {
            case OWNER -> "";
            case OWN -> ", organizations: [\"%s\"], role: operator".formatted(org);
            case VIEWER -> ", organization: \"%s\", role: viewer".formatted(org);
            case INGEST -> ", organization: \"%s\", role: ingest".formatted(org);
            case OTHER -> ", organizations: [\"%s\"], role: operator".formatted(otherOrg);
          };
      users.append(
          "  { user: %s, password: \"%s\"%s }\n".formatted(who.name(), who.secret(), grant));
      if (who != Who.OWNER) {
        tokens.append(
            "  { name: %s, token: \"%s\"%s }\n".formatted(who.name(), who.secret(), grant));
      }
    }
    return users + "] }\n" + tokens + "] }\n";
  }

  private MothershipConfig config(final String text) throws IOException {
    return config(folder, text, Who.OWNER.secret());
  }

  /** A configuration with free ports, whose token does everything. */
  static MothershipConfig config(final Path folder, final String text, final String token)
      throws IOException {
    final Path file = Files.writeString(folder.resolve("nats.conf"), text);
    final Map<ConfigKey, String> options = new HashMap<>();
    options.put(HttpKeys.PORT, "0");
    options.put(HttpKeys.METRICS_AUTH, "true");
    options.put(NatsKeys.PORT, "0");
    options.put(MonitorKeys.PORT, "0");
    options.put(HttpKeys.TOKEN, token);
    options.put(StorageKeys.DATA_DIR, folder.resolve("data").toString());
    return MothershipConfig.load(
        new MothershipConfig.Inputs(Optional.of(file), Map.of(), Optional.empty(), options));
  }

  Wiring wiring() {
    return wiring;
  }

  /** The organization whose things are tried. */
  String org() {
    return org;
  }

  String otherOrg() {
    return otherOrg;
  }

  /** An entity of it. */
  String entity() {
    return entity;
  }

  NatsVisitor nats(final Who who) {
    return visitors.get(who);
  }

  String newEntity(final String organization) throws Exception {
    return created(
        call(
            Who.OWNER,
            "POST",
            "/api/v1/entities?org_id=" + organization,
            "{\"entity_type\":\"sensor_platform\"}"),
        "entity_id");
  }

  /** An HTTP exchange: status, a space, body. */
  String call(final Who who, final String method, final String target, final String body)
      throws IOException, InterruptedException {
    return call("http", who.secret(), method, target, body);
  }

  /** An HTTP exchange with a listener, by name, and with any token. */
  String call(
      final String listener,
      final String token,
      final String method,
      final String target,
      final String body)
      throws IOException, InterruptedException {
    final HttpRequest request =
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + wiring.ports().get(listener) + target))
            .header("Authorization", "Bearer " + token)
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .build();
    final HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
    return answer.statusCode() + " " + answer.body();
  }

  /** The first message of a feed, or the status of the handshake. */
  String feed(final Who who, final String query) throws Exception {
    final CompletableFuture<String> first = new CompletableFuture<>();
    final URI uri =
        URI.create("ws://127.0.0.1:" + wiring.ports().get("http") + "/api/v1/feed?" + query);
    try {
      final WebSocket socket =
          http.newWebSocketBuilder()
              .header("Authorization", "Bearer " + who.secret())
              .buildAsync(uri, new FirstText(first))
              .get(PATIENCE_S, TimeUnit.SECONDS);
      try {
        return first.get(PATIENCE_S, TimeUnit.SECONDS);
      } finally {
        socket.abort();
      }
    } catch (final ExecutionException e) {
      if (e.getCause() instanceof final java.net.http.WebSocketHandshakeException refused) {
        return Integer.toString(refused.getResponse().statusCode());
      }
      throw e;
    }
  }

  static String created(final String answer, final String member) {
    final Matcher found = Pattern.compile("\"" + member + "\":\"([^\"]+)\"").matcher(answer);
    if (!answer.startsWith("201 ") || !found.find()) {
      throw new IllegalStateException("not created: " + answer);
    }
    return found.group(1);
  }

  static String base64(final String text) {
    return java.util.Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void close() throws IOException {
    for (final NatsVisitor visitor : visitors.values()) {
      visitor.close();
    }
    http.close();
    wiring.close();
  }

  private record FirstText(CompletableFuture<String> first) implements WebSocket.Listener {
    @Override
    public CompletionStage<?> onText(
        final WebSocket socket, final CharSequence text, final boolean isLast) {
      first.complete(text.toString());
      return null;
    }
  }
}
