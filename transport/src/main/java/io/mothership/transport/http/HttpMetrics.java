package io.mothership.transport.http;

import io.mothership.metrics.MetricsSource;
import io.mothership.metrics.MetricsText;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.ToLongFunction;

/** The numbers of all HTTP listeners of the process. Any thread. */
public final class HttpMetrics implements MetricsSource {
  private static final int CLASSES = 5;

  private final List<Named> listeners = new CopyOnWriteArrayList<>();

  private record Named(String name, HttpListener listener) {
    HttpCounters counters() {
      return listener.counters();
    }
  }

  /** From now on tells this listener's numbers too. */
  public void add(final String name, final HttpListener listener) {
    listeners.add(new Named(name, listener));
  }

  @Override
  public void write(final MetricsText text) {
    text.gauge("mothership_http_connections", "Open HTTP connections and WebSockets.");
    samples(text, each -> each.listener().connectionCount());
    text.counter("mothership_http_connections_total", "HTTP connections taken since the start.");
    samples(text, each -> each.counters().connectionsTotal());
    text.gauge("mothership_http_requests_in_flight", "Requests whose answer has not left yet.");
    samples(text, each -> each.counters().inFlight());
    text.gauge("mothership_http_held_body_bytes", "Bytes held of the bodies of requests.");
    samples(text, each -> each.listener().reservedBytes());
    text.counter(
        "mothership_http_received_body_bytes_total", "Bytes of requests' bodies, as they came.");
    samples(text, each -> each.counters().bodyBytesReceived());
    text.counter("mothership_http_sent_body_bytes_total", "Bytes of answers' bodies.");
    samples(text, each -> each.counters().bodyBytesSent());
    requests(text);
    durations(text);
    text.counter("mothership_http_upgrades_total", "Connections that became WebSockets.");
    for (final Named each : listeners) {
      each.counters()
          .forEachUpgrade(
              (route, count) -> text.sample(count, "listener", each.name(), "route", route));
    }
    text.counter(
        "mothership_http_refusals_total",
        "Requests refused and connections ended by the listener itself, by reason.");
    for (final Named each : listeners) {
      for (final HttpErrors reason : HttpErrors.values()) {
        text.sample(
            each.counters().refusals(reason),
            "listener",
            each.name(),
            "reason",
            reason.name().toLowerCase(Locale.ROOT));
      }
    }
  }

  private void requests(final MetricsText text) {
    text.counter("mothership_http_requests_total", "Requests answered, by route and status.");
    for (final Named each : listeners) {
      each.counters()
          .forEach(
              (route, of) -> {
                for (int first = 1; first <= CLASSES; first++) {
                  if (first == 2 || of.answers(first) > 0) {
                    text.sample(
                        of.answers(first),
                        "listener",
                        each.name(),
                        "route",
                        route,
                        "status",
                        first + "xx");
                  }
                }
              });
    }
  }

  private void durations(final MetricsText text) {
    text.histogramSeconds(
        "mothership_http_request_seconds",
        "From the end of a request's head to the end of its answer; event streams left out.");
    for (final Named each : listeners) {
      each.counters()
          .forEach(
              (route, of) -> {
                if (of.durationCount() > 0 || route.equals(HttpCounters.UNROUTED)) {
                  text.seconds(of.durationNs(), "listener", each.name(), "route", route);
                }
              });
    }
  }

  private void samples(final MetricsText text, final ToLongFunction<Named> value) {
    listeners.forEach(each -> text.sample(value.applyAsLong(each), "listener", each.name()));
  }
}
