package io.mothership.app.metrics;

import io.mothership.clock.Clock;
import io.mothership.dispatch.BrokerReport;
import io.mothership.dispatch.BrokerReport.ConsumerState;
import io.mothership.dispatch.BrokerReport.StreamState;
import io.mothership.dispatch.Spine;
import io.mothership.metrics.MetricsSource;
import io.mothership.metrics.MetricsText;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.ToLongFunction;

/**
 * The numbers of the broker: rings, journal positions, streams and consumers.
 *
 * <p>Streams and consumers beyond {@value #STREAMS_MAX} and {@value #CONSUMERS_MAX} are counted and
 * not listed. If ms-dispatch does not answer within a second, as while the journal cannot keep up,
 * {@code mothership_broker_up} is 0 and what only it knows is left out.
 */
public final class BrokerMetrics implements MetricsSource {
  static final int STREAMS_MAX = 500;
  static final int CONSUMERS_MAX = 1_000;

  private static final long PATIENCE_MS = 1_000;

  private final Spine spine;
  private final Clock clock;

  public BrokerMetrics(final Spine spine, final Clock clock) {
    this.spine = spine;
    this.clock = clock;
  }

  @Override
  public void write(final MetricsText text) {
    text.gauge(
            "mothership_journal_failed",
            "1 if the journal takes no more writes until a restart.",
            spine.isJournalFailed() ? 1 : 0)
        .gauge(
            "mothership_journal_space_low",
            "1 if messages for streams are refused because the disk is full.",
            spine.isJournalFailed() || spine.takesMessages() ? 0 : 1)
        .gauge(
            "mothership_journal_appended_sequence",
            "Highest journal sequence appended.",
            spine.appendedSequence())
        .gauge(
            "mothership_journal_synced_sequence",
            "Highest journal sequence that survives a power cut.",
            spine.syncedSequence());
    spine.journalMetrics().write(text);
    text.gauge(
            "mothership_ingress_pending_bytes",
            "Bytes that wait in the ring into the dispatcher.",
            spine.ingress().pendingBytes())
        .gauge(
            "mothership_ingress_capacity_bytes",
            "Bytes the ring into the dispatcher can hold.",
            spine.ingress().capacity())
        .counter(
            "mothership_ingress_full_total",
            "Times something was refused because the ring into the dispatcher was full.",
            spine.ingress().refusals())
        .counter(
            "mothership_journal_ring_full_total",
            "Times the dispatcher waited because the ring to the journal was full.",
            spine.journalWaits());
    final Optional<BrokerReport> report = report();
    text.gauge(
        "mothership_broker_up",
        "1 if the dispatcher answered within a second.",
        report.isPresent() ? 1 : 0);
    report.ifPresent(
        known -> {
          text.gaugeSeconds(
              "mothership_clock_behind_seconds",
              "How far the wall clock is behind the newest record's time, 0 = it is not.",
              Math.max(0, known.recordTimeNs() - clock.wallNs()));
          write(text, known);
        });
  }

  private Optional<BrokerReport> report() {
    try {
      return Optional.of(
          spine
              .report(new BrokerReport(STREAMS_MAX, CONSUMERS_MAX))
              .get(PATIENCE_MS, TimeUnit.MILLISECONDS));
    } catch (final ExecutionException | TimeoutException e) {
      return Optional.empty();
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  private static void write(final MetricsText text, final BrokerReport report) {
    text.gauge(
            "mothership_sessions",
            "Sessions of clients and of the appliance's own services.",
            report.sessions())
        .gauge(
            "mothership_subscriptions",
            "Subscriptions, the appliance's own included.",
            report.subscriptions())
        .counter(
            "mothership_jetstream_requests_total",
            "Requests to the JetStream API.",
            report.requests())
        .gauge("mothership_streams", "Streams.", report.streamCount())
        .gauge("mothership_consumers", "Consumers.", report.consumerCount())
        .gauge(
            "mothership_streams_not_listed",
            "Streams beyond the first " + STREAMS_MAX + ", which have no series of their own.",
            report.streamCount() - report.streams().size())
        .gauge(
            "mothership_consumers_not_listed",
            "Consumers beyond the first " + CONSUMERS_MAX + ", which have no series of their own.",
            report.consumerCount() - report.consumers().size());
    text.gauge(
            "mothership_state_memory_bytes",
            "Heap that streams and consumers take, as their budget counts.",
            report.stateBytes())
        .gauge(
            "mothership_state_memory_limit_bytes",
            "Heap they may take: jetstream.max_state_memory.",
            report.stateBytesMax())
        .counter(
            "mothership_state_memory_refusals_total",
            "Times something was refused or held back for want of it.",
            report.stateRefusals());
    text.gauge("mothership_jetstream_stored_bytes", "Bytes stored in all streams, by storage.")
        .sample(report.fileBytes(), "storage", "file")
        .sample(report.memoryBytes(), "storage", "memory");
    streams(text, report.streams());
    consumers(text, report.consumers());
  }

  private static void streams(final MetricsText text, final List<StreamState> streams) {
    stream(text, streams, "messages", "Messages stored in a stream.", StreamState::messages);
    stream(text, streams, "bytes", "Bytes stored, as its limits count.", StreamState::bytes);
    stream(text, streams, "limit_bytes", "Its max_bytes, -1 = none.", StreamState::bytesMax);
    stream(
        text,
        streams,
        "first_sequence",
        "Sequence of its oldest message.",
        StreamState::firstSequence);
    stream(
        text,
        streams,
        "last_sequence",
        "Highest sequence that consumers may see.",
        StreamState::lastSequence);
    stream(text, streams, "subjects", "Subjects with messages in it.", StreamState::subjects);
    stream(
        text,
        streams,
        "state_bytes",
        "Heap it takes, its consumers not included.",
        StreamState::stateBytes);
    stream(text, streams, "consumers", "Consumers of it.", StreamState::consumers);
    stream(
        text,
        streams,
        "lost_messages",
        "Messages that the disk did not keep.",
        StreamState::lostMessages);
  }

  private static void stream(
      final MetricsText text,
      final List<StreamState> streams,
      final String name,
      final String help,
      final ToLongFunction<StreamState> value) {
    text.gauge("mothership_stream_" + name, help);
    streams.forEach(each -> text.sample(value.applyAsLong(each), "stream", each.name()));
  }

  private static void consumers(final MetricsText text, final List<ConsumerState> consumers) {
    consumer(text, consumers, "pending", "Messages not delivered yet.", ConsumerState::pending);
    consumer(
        text,
        consumers,
        "ack_pending",
        "Messages delivered and not acknowledged.",
        ConsumerState::ackPending);
    consumer(
        text,
        consumers,
        "redelivered",
        "Messages delivered more than once and not acknowledged.",
        ConsumerState::redelivered);
    consumer(
        text,
        consumers,
        "delivered_sequence",
        "Deliveries so far, redeliveries included.",
        ConsumerState::delivered);
  }

  private static void consumer(
      final MetricsText text,
      final List<ConsumerState> consumers,
      final String name,
      final String help,
      final ToLongFunction<ConsumerState> value) {
    text.gauge("mothership_consumer_" + name, help);
    consumers.forEach(
        each ->
            text.sample(value.applyAsLong(each), "stream", each.stream(), "consumer", each.name()));
  }
}
