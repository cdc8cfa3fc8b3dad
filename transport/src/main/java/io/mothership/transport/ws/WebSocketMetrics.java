package io.mothership.transport.ws;

import io.mothership.metrics.MetricsSource;
import io.mothership.metrics.MetricsText;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;

/** The numbers of WebSocket routes. Any thread. */
public final class WebSocketMetrics implements MetricsSource {
  private final List<WebSocketRoute> routes;

  public WebSocketMetrics(final List<WebSocketRoute> routes) {
    this.routes = List.copyOf(routes);
  }

  @Override
  public void write(final MetricsText text) {
    text.gauge("mothership_websocket_sessions", "Open WebSockets, by route.");
    samples(text, WebSocketCounters::open);
    text.counter("mothership_websocket_sessions_total", "WebSockets opened since the start.");
    samples(text, WebSocketCounters::opened);
    text.counter("mothership_websocket_sent_messages_total", "Messages sent to WebSockets.");
    samples(text, WebSocketCounters::messagesSent);
    text.counter("mothership_websocket_sent_bytes_total", "Payload bytes sent to WebSockets.");
    samples(text, WebSocketCounters::bytesSent);
    text.counter("mothership_websocket_received_messages_total", "Messages from WebSockets.");
    samples(text, WebSocketCounters::messagesReceived);
    text.counter("mothership_websocket_received_bytes_total", "Payload bytes from WebSockets.");
    samples(text, WebSocketCounters::bytesReceived);
    text.counter("mothership_websocket_ends_total", "WebSockets that ended, by reason.");
    for (final WebSocketErrors reason : WebSocketErrors.values()) {
      for (final WebSocketRoute route : routes) {
        text.sample(
            route.counters().ends(reason),
            "route",
            route.template(),
            "reason",
            reason.name().toLowerCase(Locale.ROOT));
      }
    }
  }

  private void samples(final MetricsText text, final ToLongFunction<WebSocketCounters> value) {
    routes.forEach(
        route -> text.sample(value.applyAsLong(route.counters()), "route", route.template()));
  }
}
