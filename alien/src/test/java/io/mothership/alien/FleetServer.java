package io.mothership.alien;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** The fleet interface of the contract, as far as Alien uses it, on a real HTTP server. */
final class FleetServer implements AutoCloseable {

  static final String TOKEN = "token-1";

  final Map<String, Map<String, Object>> organizations = new ConcurrentHashMap<>();
  final Map<String, Map<String, Object>> entities = new ConcurrentHashMap<>();
  final List<String> requests = new CopyOnWriteArrayList<>();
  private final HttpServer server;

  FleetServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::handle);
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
  }

  private void handle(final HttpExchange exchange) throws IOException {
    try (exchange) {
      final String request = exchange.getRequestMethod() + " " + exchange.getRequestURI();
      requests.add(request);
      final byte[] body = exchange.getRequestBody().readAllBytes();
      if (!("Bearer " + TOKEN).equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
        refuse(exchange, 401, "UNAUTHORIZED", "Invalid token");
        return;
      }
      final String query = String.valueOf(exchange.getRequestURI().getQuery());
      switch (exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath()) {
        case "POST /api/v1/organizations" -> {
          final String id = UUID.randomUUID().toString();
          organizations.put(id, JsonText.readObject(body));
          answer(exchange, 201, Map.of("org_id", id));
        }
        case "POST /api/v1/entities" -> {
          final String id = UUID.randomUUID().toString();
          entities.put(id, JsonText.readObject(body));
          answer(exchange, 201, Map.of("entity_id", id));
        }
        case "PUT /api/v1/entities" -> {
          final String id = query.substring(query.indexOf("entity_id=") + 10);
          entities.get(id).putAll(JsonText.readObject(body));
          answer(exchange, 200, Map.of("entity_id", id));
        }
        case "GET /api/v1/entities" -> {
          if (entities.containsKey(query.substring(query.indexOf("entity_id=") + 10))) {
            answer(exchange, 200, Map.of());
          } else {
            refuse(exchange, 404, "NOT_FOUND", "entity not found");
          }
        }
        case "GET /api/v1/organizations" -> {
          if (organizations.containsKey(query.substring("org_id=".length()))) {
            answer(exchange, 200, Map.of());
          } else {
            refuse(exchange, 404, "NOT_FOUND", "organization not found");
          }
        }
        default -> refuse(exchange, 405, "METHOD_NOT_ALLOWED", request);
      }
    }
  }

  private static void answer(
      final HttpExchange exchange, final int status, final Map<String, Object> data)
      throws IOException {
    send(exchange, status, Map.of("success", true, "data", data));
  }

  private static void refuse(
      final HttpExchange exchange, final int status, final String code, final String message)
      throws IOException {
    send(
        exchange,
        status,
        Map.of("success", false, "error", Map.of("code", code, "message", message)));
  }

  private static void send(
      final HttpExchange exchange, final int status, final Map<String, Object> body)
      throws IOException {
    final byte[] text =
        (new String(JsonText.write(body), StandardCharsets.UTF_8) + "\n")
            .getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, text.length);
    exchange.getResponseBody().write(text);
  }
}
