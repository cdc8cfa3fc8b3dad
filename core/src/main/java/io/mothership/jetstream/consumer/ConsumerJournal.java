package io.mothership.jetstream.consumer;

import io.mothership.frame.FrameView;
import io.mothership.frame.HotPath;
import io.mothership.frame.MessageView;
import io.mothership.frame.codec.RecordType;
import io.mothership.jetstream.model.ConsumerConfig;
import io.mothership.jetstream.model.ConsumerJson;
import io.mothership.jetstream.stream.Stream;
import io.mothership.jetstream.stream.StreamHome;
import io.mothership.json.JsonException;
import io.mothership.json.JsonReader;
import io.mothership.json.JsonText;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What consumers write into the journal beside acknowledgements, and how they come back from it.
 *
 * <p><i>Thread:</i> ms-dispatch, except recovery. <i>Allocates:</i> nothing per message.
 */
final class ConsumerJournal {
  private static final Logger LOG = LoggerFactory.getLogger(ConsumerJournal.class);
  private static final int STATES_LIMIT = 16;
  private static final long STATE_INTERVAL_NS = 250_000_000L;

  private final Consumers home;
  private final StreamHome owner;
  private final ConsumerRecords records = new ConsumerRecords();
  private final ArrayDeque<Consumer> dirty = new ArrayDeque<>();
  private long nextStatesNs = Long.MIN_VALUE;

  ConsumerJournal(final Consumers home, final StreamHome owner) {
    this.home = home;
    this.owner = owner;
  }

  ConsumerRecords records() {
    return records;
  }

  /** The record of a consumer's configuration; valid until the next record is made. */
  MessageView configRecord(
      final Consumer consumer,
      final ConsumerConfig config,
      final long firstSequence,
      final long listEnd) {
    final JsonText json = new JsonText().object();
    ConsumerJson.write(json, config, config.metadata());
    return records.config(
        consumer.id(),
        consumer.name(),
        consumer.createdNs(),
        firstSequence,
        listEnd,
        json.end().bytes());
  }

  /** Writes that a consumer is gone, which nobody waits for. */
  long tryAppendDelete(final Consumer consumer) {
    return home.exchange()
        .tryAppend(
            RecordType.CONSUMER_DELETE,
            consumer.stream().accountId(),
            consumer.stream().id(),
            0,
            false,
            0,
            records.delete(consumer.id()));
  }

  /** For {@link Consumer#markDirty}: there is state that no record tells. */
  void enqueueDirty(final Consumer consumer) {
    dirty.add(consumer);
  }

  /** Writes some of the states that no record tells yet, now and then. */
  @HotPath
  int doWork() {
    if (dirty.isEmpty() || home.exchange().monotonicNs() < nextStatesNs) {
      return 0;
    }
    nextStatesNs = home.exchange().monotonicNs() + STATE_INTERVAL_NS;
    return writeStates(STATES_LIMIT);
  }

  /** An orderly stop begins. */
  void writeAllStates() {
    writeStates(Integer.MAX_VALUE);
  }

  /** Writes a consumer's state down if it is kept and fits; else nothing is written, which is 0. */
  long tryAppendState(final Consumer consumer) {
    if (!consumer.isKept() || !consumer.fitsRecord()) {
      return 0;
    }
    return home.exchange()
        .tryAppend(
            RecordType.CONSUMER_STATE,
            consumer.stream().accountId(),
            consumer.stream().id(),
            0,
            false,
            0,
            consumer.stateRecord());
  }

  private int writeStates(final int limit) {
    int written = 0;
    for (int i = Math.min(dirty.size(), limit); i > 0; i--) {
      final Consumer consumer = dirty.poll();
      if (!consumer.takeDirty()) {
        continue;
      }
      if (tryAppendState(consumer) < 0) {
        consumer.markDirty();
        return written;
      }
      written++;
    }
    return written;
  }

  /** Applies a record found at a start. */
  void onRecovered(final FrameView frame) {
    final Stream stream = owner.streamById(frame.streamId());
    final int id = ConsumerRecords.consumerId(frame);
    home.onId(id);
    if (stream == null) {
      return;
    }
    final Consumer consumer = home.consumerById(id);
    switch (frame.recordType()) {
      case CONSUMER_CONFIG -> onConfigRecovered(stream, consumer, frame);
      case CONSUMER_DELETE -> {
        if (consumer != null) {
          home.remove(consumer);
        }
      }
      case CONSUMER_STATE -> {
        if (consumer != null) {
          consumer.recovery().onState(frame);
        }
      }
      default -> {
        if (consumer != null) {
          consumer.recovery().onAck(frame);
        }
        home.letGo(stream, frame);
      }
    }
  }

  private void onConfigRecovered(final Stream stream, final Consumer known, final FrameView frame) {
    try {
      final ConsumerConfig config =
          ConsumerJson.parseConfig(JsonReader.parse(ConsumerRecords.configJson(frame))).toConfig();
      if (known != null) {
        home.change(known, config);
        return;
      }
      final String name = new MessageView().wrap(frame).subject().toString();
      final Consumer consumer =
          new Consumer(
              home,
              stream,
              ConsumerRecords.consumerId(frame),
              name,
              ConsumerRecords.i64(frame, 8),
              config);
      home.add(consumer);
      consumer.recover(frame);
    } catch (final JsonException e) {
      LOG.error(
          "consumer configuration not understood: stream={}, journalSequence={}, reason={}",
          stream.name(),
          frame.journalSequence(),
          e.getMessage());
    }
  }

  /** All consumers that outlive a restart, as they are now, in parts. */
  List<ByteBuffer> freeze() {
    final ConsumerFrames frames = new ConsumerFrames(home.lastId());
    for (final Consumer consumer : home.all()) {
      if (consumer.isKept()) {
        final Stream stream = consumer.stream();
        frames.add(
            RecordType.CONSUMER_CONFIG,
            stream,
            configRecord(
                consumer, consumer.config(), consumer.cursor().next(), consumer.cursor().resume()));
        frames.add(RecordType.CONSUMER_STATE, stream, consumer.stateRecord());
      }
    }
    final List<ByteBuffer> parts = frames.parts();
    parts.forEach(owner.freezing()::freeLater);
    return parts;
  }

  /** Takes the place of what was frozen. */
  void restore(final ByteBuffer frozen) {
    home.onId(ConsumerFrames.forEach(frozen, this::onRecovered));
  }
}
