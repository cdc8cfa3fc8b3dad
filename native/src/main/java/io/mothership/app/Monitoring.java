package io.mothership.app;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.mothership.app.metrics.MetricsPage;
import io.mothership.clock.Clock;
import io.mothership.config.JetStreamKeys;
import io.mothership.config.MothershipConfig;
import io.mothership.config.NatsKeys;
import io.mothership.dispatch.Spine;
import io.mothership.transport.http.HttpRequestView;
import io.mothership.transport.http.HttpResponse;
import io.mothership.transport.http.Route;
import io.mothership.transport.http.RouteHandler;
import io.mothership.transport.nats.NatsConfig;
import io.mothership.transport.nats.NatsCounters;
import io.mothership.transport.nats.NatsErrors;
import io.mothership.transport.nats.NatsListener;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;

/**
 * The monitoring port: {@code /varz} and {@code /healthz} as nats-server has them, where a member
 * is there only if its number is true, without a token, and {@code /metrics}. Virtual threads.
 */
final class Monitoring {
  private static final JsonFactory JSON = new JsonFactory();
  private static final long NS_PER_S = 1_000_000_000L;

  private final Supplier<MothershipConfig> latest;
  private final NatsListener listener;
  private final Spine spine;
  private final RouteHandler metrics;
  private final Clock clock;
  private final long startNs;

  /**
   * @param latest the configuration in force
   */
  Monitoring(
      final Supplier<MothershipConfig> latest,
      final NatsListener listener,
      final Spine spine,
      final RouteHandler metrics,
      final Clock clock) {
    this.latest = latest;
    this.listener = listener;
    this.spine = spine;
    this.metrics = metrics;
    this.clock = clock;
    this.startNs = clock.wallNs();
  }

  List<Route> routes() {
    return List.of(
        new Route("GET", "/varz", this::varz),
        new Route("GET", "/healthz", this::healthz),
        new Route("GET", MetricsPage.PATH, metrics));
  }

  private HttpResponse healthz(final HttpRequestView request) {
    return spine.isJournalFailed()
        ? json(503, "{\"status\":\"error\",\"error\":\"the journal takes no more writes\"}")
        : json(200, "{\"status\":\"ok\"}");
  }

  private HttpResponse varz(final HttpRequestView request) throws IOException {
    final MothershipConfig config = latest.get();
    final NatsConfig nats = listener.config();
    final NatsCounters counters = listener.counters();
    final long nowNs = clock.wallNs();
    final Runtime runtime = Runtime.getRuntime();
    final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      json.useDefaultPrettyPrinter();
      json.writeStartObject();
      json.writeStringField("server_name", config.text(NatsKeys.SERVER_NAME));
      json.writeStringField("version", nats.version());
      json.writeStringField("mothership_version", Version.text());
      json.writeNumberField("proto", 1);
      json.writeStringField("host", nats.host());
      json.writeNumberField("port", listener.port());
      json.writeNumberField("max_connections", nats.connectionsMax());
      json.writeNumberField("ping_interval", config.number(NatsKeys.PING_INTERVAL));
      json.writeNumberField("ping_max", nats.pingsUnansweredMax());
      json.writeNumberField("max_control_line", nats.controlLineBytesMax());
      json.writeNumberField("max_payload", nats.payloadBytesMax());
      json.writeNumberField("max_pending", nats.pendingBytesMax());
      json.writeNumberField("write_deadline", config.number(NatsKeys.WRITE_DEADLINE));
      json.writeObjectFieldStart("jetstream");
      if (config.isOn(JetStreamKeys.ENABLED)) {
        json.writeObjectFieldStart("config");
        json.writeNumberField("max_memory", config.number(JetStreamKeys.MAX_MEMORY));
        json.writeNumberField("max_storage", config.number(JetStreamKeys.MAX_FILE));
        json.writeStringField("store_dir", SpineOptions.storeFolder(config).toString());
        if (!nats.domain().isEmpty()) {
          json.writeStringField("domain", nats.domain());
        }
        json.writeEndObject();
      }
      json.writeEndObject();
      json.writeStringField("start", time(startNs));
      json.writeStringField("now", time(nowNs));
      json.writeStringField("uptime", (nowNs - startNs) / NS_PER_S + "s");
      json.writeNumberField("mem", runtime.totalMemory() - runtime.freeMemory());
      json.writeNumberField("cores", runtime.availableProcessors());
      json.writeNumberField("connections", listener.connectionCount());
      json.writeNumberField("total_connections", counters.connectionsTotal());
      json.writeNumberField("in_msgs", counters.messagesIn());
      json.writeNumberField("in_bytes", counters.bytesIn());
      json.writeNumberField("out_msgs", counters.messagesOut());
      json.writeNumberField("out_bytes", counters.bytesOut());
      json.writeNumberField("client_bytes", listener.clientBytes());
      json.writeNumberField("slow_consumers", counters.slowConsumers());
      json.writeNumberField("subscriptions", spine.subscriptionCount());
      json.writeNumberField("subscription_bytes", spine.subscriptionBytes());
      json.writeNumberField(
          "subscriptions_refused",
          counters.errors(NatsErrors.SUBSCRIPTIONS_EXCEEDED)
              + counters.errors(NatsErrors.SUBSCRIPTION_MEMORY_EXCEEDED));
      json.writeEndObject();
    }
    return HttpResponse.of(200, HttpResponse.JSON, bytes.toByteArray());
  }

  private static String time(final long ns) {
    return Instant.ofEpochSecond(ns / NS_PER_S, ns % NS_PER_S).toString();
  }

  private static HttpResponse json(final int status, final String text) {
    return HttpResponse.of(status, HttpResponse.JSON, text.getBytes(StandardCharsets.UTF_8));
  }
}
