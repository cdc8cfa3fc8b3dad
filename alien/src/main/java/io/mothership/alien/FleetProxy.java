package io.mothership.alien;

import io.mothership.alien.AlienException.Reason;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The server's fleet interface over HTTP, as far as a device needs it.
 *
 * <p><em>Thread:</em> any. <em>Back-pressure:</em> every call blocks until the answer or 10 s.
 */
final class FleetProxy implements AutoCloseable {

  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(10);
  private static final int QUOTED_LENGTH_MAX = 200;

  private final String address;
  private final String token;
  private final HttpClient http;

  FleetProxy(final URI address, final String token) {
    final String text = address.toString();
    this.address = text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
    this.token = token;
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
  }

  /** Creates an organization and answers its id. */
  String createOrganization(final String name, final String type) {
    final Map<String, Object> body = new LinkedHashMap<>();
    body.put("name", name);
    body.put("org_type", type);
    body.put("description", "Registered by Alien");
    return created(exchange("POST", "/api/v1/organizations", body), "org_id");
  }

  /** Creates an entity and answers its id. */
  String createEntity(final String orgId, final String name, final String type) {
    final Map<String, Object> body = new LinkedHashMap<>();
    body.put("name", name);
    body.put("entity_type", type);
    body.put("status", "active");
    body.put("metadata", Map.of("name", name));
    return created(exchange("POST", "/api/v1/entities?org_id=" + query(orgId), body), "entity_id");
  }

  boolean isOrganizationKnown(final String orgId) {
    return isKnown("/api/v1/organizations?org_id=" + query(orgId));
  }

  boolean isEntityKnown(final String orgId, final String entityId) {
    return isKnown("/api/v1/entities?org_id=" + query(orgId) + "&entity_id=" + query(entityId));
  }

  /** Changes some fields of an entity. */
  void updateEntity(final String orgId, final String entityId, final Map<String, ?> fields) {
    final Answer answer =
        exchange(
            "PUT",
            "/api/v1/entities?org_id=" + query(orgId) + "&entity_id=" + query(entityId),
            fields);
    if (answer.status != 200) {
      throw answer.refused();
    }
  }

  @Override
  public void close() {
    http.close();
  }

  private boolean isKnown(final String path) {
    final Answer answer = exchange("GET", path, Map.of());
    if (answer.status == 200) {
      return true;
    }
    // The reference server answers 500 with this text where it means 404.
    if (answer.status == 404
        || answer.status == 500 && answer.text.contains("sql: no rows in result set")) {
      return false;
    }
    throw answer.refused();
  }

  private static String created(final Answer answer, final String idName) {
    if (answer.status != 201) {
      throw answer.refused();
    }
    try {
      final Map<String, Object> envelope =
          JsonText.readObject(answer.text.getBytes(StandardCharsets.UTF_8));
      final String id = JsonText.string(JsonText.member(envelope, "data"), idName);
      if (Boolean.TRUE.equals(envelope.get("success")) && MessageIds.isToken(id)) {
        return id;
      }
    } catch (final IOException e) {
      throw new AlienException(Reason.REFUSED, answer.describe("is no JSON"), e);
    }
    throw new AlienException(Reason.REFUSED, answer.describe("has no usable " + idName));
  }

  private Answer exchange(final String method, final String path, final Map<String, ?> body) {
    final HttpRequest.BodyPublisher content =
        body.isEmpty()
            ? HttpRequest.BodyPublishers.noBody()
            : HttpRequest.BodyPublishers.ofByteArray(JsonText.write(body));
    final HttpRequest request =
        HttpRequest.newBuilder(URI.create(address + path))
            .timeout(REQUEST_TIMEOUT)
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", "application/json")
            .method(method, content)
            .build();
    try {
      final HttpResponse<String> response =
          http.send(request, HttpResponse.BodyHandlers.ofString());
      return new Answer(method + " " + path, response.statusCode(), response.body());
    } catch (final IOException e) {
      throw new AlienException(
          Reason.UNREACHABLE, "no answer from " + address + ": " + describe(e), e);
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AlienException(Reason.UNREACHABLE, "interrupted while asking " + address, e);
    }
  }

  private static String describe(final IOException e) {
    final String text = e.getMessage();
    return text == null ? e.getClass().getSimpleName() : text;
  }

  private static String query(final String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8);
  }

  private record Answer(String request, int status, String text) {

    AlienException refused() {
      final Reason reason =
          switch (status) {
            case 401, 403 -> Reason.UNAUTHORIZED;
            case 502, 503, 504 -> Reason.UNREACHABLE;
            default -> Reason.REFUSED;
          };
      return new AlienException(reason, describe("was not expected"));
    }

    String describe(final String fault) {
      final String quoted =
          text.length() <= QUOTED_LENGTH_MAX
              ? text.strip()
              : text.substring(0, QUOTED_LENGTH_MAX) + "…";
      return "the answer to " + request + " " + fault + ": status=" + status + ", body=" + quoted;
    }
  }
}
