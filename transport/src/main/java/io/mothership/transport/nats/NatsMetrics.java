package io.mothership.transport.nats;

import io.mothership.metrics.MetricsSource;
import io.mothership.metrics.MetricsText;
import java.util.Locale;

/** The numbers of a NATS listener. Any thread. */
public final class NatsMetrics implements MetricsSource {
  private final NatsListener listener;

  public NatsMetrics(final NatsListener listener) {
    this.listener = listener;
  }

  @Override
  public void write(final MetricsText text) {
    final NatsCounters counters = listener.counters();
    text.gauge("mothership_nats_connections", "Open NATS connections.", listener.connectionCount())
        .counter(
            "mothership_nats_connections_total",
            "NATS connections taken since the start.",
            counters.connectionsTotal())
        .counter(
            "mothership_nats_received_messages_total",
            "Messages received from NATS clients.",
            counters.messagesIn())
        .counter(
            "mothership_nats_received_bytes_total",
            "Bytes of headers and payloads received from NATS clients.",
            counters.bytesIn())
        .counter(
            "mothership_nats_sent_messages_total",
            "Messages sent to NATS clients.",
            counters.messagesOut())
        .counter(
            "mothership_nats_sent_bytes_total",
            "Bytes of headers and payloads sent to NATS clients.",
            counters.bytesOut())
        .counter(
            "mothership_nats_slow_consumers_total",
            "NATS clients closed because they read too slowly.",
            counters.slowConsumers())
        .counter(
            "mothership_nats_wildcard_publishes_total",
            "Messages that NATS clients published to a subject with a wildcard, taken by the"
                + " letter.",
            counters.wildcardPublishes())
        .counter(
            "mothership_nats_read_pauses_total",
            "Times a NATS connection stopped reading because the ingress ring was full.",
            counters.readPauses());
    text.counter(
        "mothership_nats_errors_total", "Refusals and ends of NATS connections, by reason.");
    for (final NatsErrors error : NatsErrors.values()) {
      text.sample(counters.errors(error), "reason", error.name().toLowerCase(Locale.ROOT));
    }
  }
}
