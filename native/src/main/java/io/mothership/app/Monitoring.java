package io.mothership.app;

import io.mothership.api.status.Healthz;
import io.mothership.app.metrics.MetricsPage;
import io.mothership.clock.Clock;
import io.mothership.clock.Rfc3339;
import io.mothership.config.JetStreamKeys;
import io.mothership.config.MothershipConfig;
import io.mothership.config.NatsKeys;
import io.mothership.dispatch.Spine;
import io.mothership.json.JsonWriter;
import io.mothership.transport.http.HttpRequestView;
import io.mothership.transport.http.HttpResponse;
import io.mothership.transport.http.Route;
import io.mothership.transport.http.RouteHandler;
import io.mothership.transport.nats.NatsConfig;
import io.mothership.transport.nats.NatsCounters;
import io.mothership.transport.nats.NatsErrors;
import io.mothership.transport.nats.NatsListener;
import java.util.List;
import java.util.function.Supplier;

/**
 * The monitoring port: {@code /varz} and {@code /healthz} as nats-server has them, where a member
 * is there only if its number is true, without a token, and {@code /metrics}. Virtual threads.
 */
final class Monitoring {
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
        ? json(503, Healthz.failed("the journal takes no more writes"))
        : json(200, Healthz.ok());
  }

  private HttpResponse varz(final HttpRequestView request) {
    final MothershipConfig config = latest.get();
    final NatsConfig nats = listener.config();
    final NatsCounters counters = listener.counters();
    final long nowNs = clock.wallNs();
    final Runtime runtime = Runtime.getRuntime();
    final JsonWriter json = new JsonWriter(2_048).indented().beginObject();
    json.text("server_name", config.text(NatsKeys.SERVER_NAME));
    json.text("version", nats.version());
    json.text("mothership_version", Version.text());
    json.number("proto", 1);
    json.text("host", nats.host());
    json.number("port", listener.port());
    json.number("max_connections", nats.connectionsMax());
    json.number("ping_interval", config.number(NatsKeys.PING_INTERVAL));
    json.number("ping_max", nats.pingsUnansweredMax());
    json.number("max_control_line", nats.controlLineBytesMax());
    json.number("max_payload", nats.payloadBytesMax());
    json.number("max_pending", nats.pendingBytesMax());
    json.number("write_deadline", config.number(NatsKeys.WRITE_DEADLINE));
    json.name("jetstream").beginObject();
    if (config.isOn(JetStreamKeys.ENABLED)) {
      json.name("config").beginObject();
      json.number("max_memory", config.number(JetStreamKeys.MAX_MEMORY));
      json.number("max_storage", config.number(JetStreamKeys.MAX_FILE));
      json.text("store_dir", SpineOptions.storeFolder(config).toString());
      if (!nats.domain().isEmpty()) {
        json.text("domain", nats.domain());
      }
      json.endObject();
    }
    json.endObject();
    json.text("start", Rfc3339.shortText(startNs));
    json.text("now", Rfc3339.shortText(nowNs));
    json.text("uptime", (nowNs - startNs) / NS_PER_S + "s");
    json.number("mem", runtime.totalMemory() - runtime.freeMemory());
    json.number("cores", runtime.availableProcessors());
    json.number("connections", listener.connectionCount());
    json.number("total_connections", counters.connectionsTotal());
    json.number("in_msgs", counters.messagesIn());
    json.number("in_bytes", counters.bytesIn());
    json.number("out_msgs", counters.messagesOut());
    json.number("out_bytes", counters.bytesOut());
    json.number("client_bytes", listener.clientBytes());
    json.number("slow_consumers", counters.slowConsumers());
    json.number("subscriptions", spine.subscriptionCount());
    json.number("subscription_bytes", spine.subscriptionBytes());
    json.number(
        "subscriptions_refused",
        counters.errors(NatsErrors.SUBSCRIPTIONS_EXCEEDED)
            + counters.errors(NatsErrors.SUBSCRIPTION_MEMORY_EXCEEDED));
    json.endObject();
    return HttpResponse.of(200, HttpResponse.JSON, json.toBytes());
  }

  private static HttpResponse json(final int status, final Healthz health) {
    return HttpResponse.of(status, HttpResponse.JSON, health.json());
  }
}
