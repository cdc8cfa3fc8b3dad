package io.mothership.api.status;

import io.mothership.api.Envelope;
import io.mothership.clock.Clock;
import io.mothership.clock.Rfc3339;
import io.mothership.json.JsonWriter;
import io.mothership.transport.http.HttpRequestView;
import io.mothership.transport.http.HttpResponse;
import io.mothership.transport.http.Route;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * {@code /health}, any method, one body for the clients of all three contracts: the envelope with
 * its {@code data}, and the flat members beside it.
 */
public final class HealthResource {
  private static final String SERVICE = "constellation-api";
  private static final String HEALTHY = "healthy";
  private static final String DEGRADED = "degraded";

  private final List<HealthCheck> checks;
  private final String version;
  private final String registry;
  private final Clock clock;
  private final long startedNs;

  /**
   * @param registry the product that keeps the records
   */
  public HealthResource(
      final List<HealthCheck> checks,
      final String version,
      final String registry,
      final Clock clock) {
    this.checks = List.copyOf(checks);
    this.version = version;
    this.registry = registry;
    this.clock = clock;
    this.startedNs = clock.monotonicNs();
  }

  public List<Route> routes() {
    return List.of(new Route(Route.ANY_METHOD, "/health", this::health));
  }

  private HttpResponse health(final HttpRequestView request) {
    final Map<String, String> details = new LinkedHashMap<>();
    boolean isHealthy = true;
    boolean isDegraded = false;
    for (final HealthCheck check : checks) {
      final String detail = detail(check);
      isDegraded |= detail.startsWith(DEGRADED);
      isHealthy &= detail.equals(HEALTHY) || detail.startsWith(DEGRADED);
      details.put(check.name(), detail);
    }
    final String status = !isHealthy ? "unhealthy" : isDegraded ? DEGRADED : HEALTHY;
    final long nowNs = clock.wallNs();
    final JsonWriter writer = new JsonWriter();
    writer
        .beginObject()
        .flag("success", true)
        .text("status", status)
        .flag("healthy", isHealthy)
        .text("service", SERVICE)
        .number("timestamp", TimeUnit.NANOSECONDS.toSeconds(nowNs))
        .name("sinks")
        .beginObject()
        .endObject()
        .name("enabled_sinks")
        .beginArray()
        .endArray()
        .name("data")
        .beginObject()
        .text("status", status)
        .text("service", SERVICE)
        .text("version", version)
        .text("registry", registry)
        .number("uptime", clock.monotonicNs() - startedNs)
        .text("timestamp", Rfc3339.text(Rfc3339.ofNs(nowNs)))
        .name("details")
        .beginObject();
    details.forEach(writer::text);
    writer.endObject().endObject().endObject();
    return Envelope.response(isHealthy ? 200 : 503, writer);
  }

  private static String detail(final HealthCheck check) {
    try {
      check.probe().run();
      return HEALTHY;
    } catch (final HealthCheck.Degraded e) {
      return DEGRADED + ": " + e.getMessage();
    } catch (final Exception e) {
      return "unhealthy: " + e.getMessage();
    }
  }
}
