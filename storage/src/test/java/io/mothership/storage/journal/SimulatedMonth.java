package io.mothership.storage.journal;

import io.mothership.clock.ManualClock;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Days in the life of an appliance, minute by minute, decided by a seed: heavy telemetry that is
 * gone in an hour, and between it what stays for weeks.
 */
final class SimulatedMonth implements AutoCloseable {
  static final int MINUTES_OF_DAY = 24 * 60;

  private static final long MINUTE_NS = 60_000_000_000L;
  private static final long HOUR_NS = 60 * MINUTE_NS;
  private static final long DAY_NS = 24 * HOUR_NS;
  private static final long START_NS = 1_750_000_000_000_000_000L;
  private static final int SEGMENT_BYTES = 256 * 1024;
  private static final int CHECKPOINT_BYTES = 512 * 1024;
  private static final int KEYS = 3_000;
  private static final String FILLER = "0123456789abcdef".repeat(64);

  /** All that the streams below may hold together, as their limits say, and half as much again. */
  static final long BUDGET_BYTES = 4L * 1024 * 1024;

  private final Random random;
  private final ManualClock clock = new ManualClock(START_NS);
  private final ModelStream telemetry = new ModelStream("TELEMETRY", 2_000, 0, HOUR_NS, false);
  private final ModelStream history = new ModelStream("HISTORY", 0, 1_000_000, 0, false);
  private final ModelStream entities = new ModelStream("ENTITIES", 0, 0, 20 * DAY_NS, false);
  private final ModelStream commands = new ModelStream("COMMANDS", 0, 0, DAY_NS, false);
  private final ModelStream events = new ModelStream("EVENTS", 500, 0, 0, false);
  private final ModelStream values = new ModelStream("KV_STATE", 0, 0, 0, true);
  private final List<ModelStream> models =
      List.of(telemetry, history, entities, commands, events, values);
  private final JournalConfig config;
  private SteppedBroker broker;
  private int number;
  private long usedBefore;
  private long appendedBytes;
  private long checkpointBytes;
  private long rewrittenBytes;
  private long usedBytesMax;

  SimulatedMonth(final Path folder, final long seed) {
    random = new Random(seed);
    config =
        new JournalConfig(folder, SEGMENT_BYTES, 32 * 1024, 0, BUDGET_BYTES, new UnsyncedFiles());
    broker = new SteppedBroker(config, CHECKPOINT_BYTES, clock);
    create("TELEMETRY", "telemetry.>", "\"max_msgs\":2000,\"max_age\":" + HOUR_NS);
    create("HISTORY", "history.>", "\"max_bytes\":1000000");
    create("ENTITIES", "entities.>", "\"max_age\":" + 20 * DAY_NS);
    create("COMMANDS", "commands.>", "\"retention\":\"workqueue\",\"max_age\":" + DAY_NS);
    create("EVENTS", "events.>", "\"retention\":\"interest\",\"max_msgs\":500");
    create(
        "KV_STATE",
        "$KV.STATE.>",
        "\"max_msgs_per_subject\":1,\"allow_rollup_hdrs\":true,\"allow_direct\":true");
    consume("COMMANDS", "worker");
    consume("EVENTS", "quick");
    consume("EVENTS", "slow");
  }

  private void create(final String name, final String subject, final String limits) {
    broker.request(
        "STREAM.CREATE." + name,
        "{\"name\":\"" + name + "\",\"subjects\":[\"" + subject + "\"]," + limits + "}");
  }

  private void consume(final String stream, final String name) {
    broker.request(
        "CONSUMER.DURABLE.CREATE." + stream + "." + name,
        "{\"stream_name\":\""
            + stream
            + "\",\"config\":{\"durable_name\":\""
            + name
            + "\",\"ack_policy\":\"explicit\",\"ack_wait\":"
            + HOUR_NS
            + ",\"max_ack_pending\":5000}}");
  }

  /** One minute of the fleet's life. */
  void minute(final int minute) {
    for (int i = random.nextInt(12); i > 0; i--) {
      publish(telemetry, "telemetry.r" + random.nextInt(40), 100 + random.nextInt(500));
    }
    publish(history, "history.h" + random.nextInt(10), random.nextInt(900));
    for (int i = random.nextInt(3); i > 0; i--) {
      // Some keys change all the time, most hardly ever.
      final int key = (int) (KEYS * Math.pow(random.nextDouble(), 3));
      publish(values, "$KV.STATE.key" + key, random.nextInt(120));
    }
    if (minute % 97 == 0) {
      publish(entities, "entities.e" + random.nextInt(200), 300);
    }
    if (minute % 3 == 0) {
      publish(commands, "commands.r" + random.nextInt(40), 80);
      publish(events, "events.x", 150);
    }
    if (minute % 5 == 0) {
      work();
    }
    if (minute % 41 == 0) {
      delete();
    }
    clock.advanceNs(MINUTE_NS);
    broker.settle();
    usedBytesMax = Math.max(usedBytesMax, broker.journal().usedBytes());
  }

  private void publish(final ModelStream stream, final String subject, final int length) {
    final String payload = ++number + ":" + FILLER.substring(0, Math.min(length, FILLER.length()));
    broker.publish(subject, "", payload);
    stream.add(subject, "", payload, clock.wallNs());
  }

  /** One command in ten is never confirmed; the slow reader of events is an hour behind. */
  private void work() {
    final List<String> confirmations = new ArrayList<>();
    broker.settle();
    commands.expire(clock.wallNs());
    broker.fetch(
        "COMMANDS",
        "worker",
        50,
        (payload, ack) -> {
          if (numberOf(payload) % 10 != 0) {
            confirmations.add(ack);
            commands.remove(sequenceOf(ack));
          }
        });
    broker.fetch("EVENTS", "quick", 50, (payload, ack) -> confirmations.add(ack));
    final List<Long> waiting = events.sequences();
    if (waiting.size() > 20) {
      broker.fetch(
          "EVENTS",
          "slow",
          waiting.size() - 20,
          (payload, ack) -> {
            confirmations.add(ack);
            events.remove(sequenceOf(ack));
          });
    }
    confirmations.forEach(broker::acknowledge);
    broker.settle();
  }

  private static int numberOf(final String payload) {
    return Integer.parseInt(payload.substring(0, payload.indexOf(':')));
  }

  /** The stream sequence in {@code $JS.ACK.stream.consumer.delivered.sequence…}. */
  private static long sequenceOf(final String ack) {
    return Long.parseLong(Arrays.asList(ack.split("\\.")).get(5));
  }

  private void delete() {
    final List<Long> held = history.sequences();
    final long sequence = held.get(random.nextInt(held.size()));
    broker.request("STREAM.MSG.DELETE.HISTORY", "{\"seq\":" + sequence + ",\"no_erase\":true}");
    history.remove(sequence);
  }

  /** Compares every stream with its model; every message, or about one in {@code share}. */
  void check(final int share) {
    check(broker, share);
  }

  private void check(final SteppedBroker which, final int share) {
    for (final ModelStream model : models) {
      model.expire(clock.wallNs());
      model.check(which, sequence -> share == 1 || sequence % share == 0);
    }
  }

  /** Stops in order and starts again. */
  void restart() {
    count();
    broker.close();
    broker = new SteppedBroker(config, CHECKPOINT_BYTES, clock);
    usedBefore = broker.journal().usedBytes();
  }

  /** Opens a copy of the files as they lie there now, as a start after a kill does. */
  void checkCopy(final Path copy) {

    Folders.copy(config.dataDirectory(), copy);
    final JournalConfig copied =
        new JournalConfig(copy, SEGMENT_BYTES, 32 * 1024, 0, BUDGET_BYTES, new UnsyncedFiles());
    try (SteppedBroker survivor = new SteppedBroker(copied, CHECKPOINT_BYTES, clock)) {
      check(survivor, 1);
    }
  }

  /** Adds what the journal wrote since the last start. */
  private void count() {
    final var retention = broker.journal().retention();
    appendedBytes += broker.journal().usedBytes() - usedBefore + retention.freedBytes();
    checkpointBytes += retention.checkpointBytes();
    rewrittenBytes += retention.rewrittenBytes();
  }

  long usedBytesMax() {
    return usedBytesMax;
  }

  double writeAmplification() {
    return (double) (appendedBytes + checkpointBytes + rewrittenBytes) / appendedBytes;
  }

  /** For people. */
  String figures() {
    final long liveBytes = models.stream().mapToLong(ModelStream::bytes).sum();
    return "messages published %,d; appended %,d bytes, checkpoints %,d, rewritten %,d: write"
            .formatted(number, appendedBytes, checkpointBytes, rewrittenBytes)
        + " amplification %.2f; longest journal %,d bytes of a budget of %,d, held at the end %,d in"
            .formatted(writeAmplification(), usedBytesMax, BUDGET_BYTES, liveBytes)
        + " %,d messages".formatted(models.stream().mapToInt(ModelStream::count).sum());
  }

  @Override
  public void close() {
    count();
    broker.close();
  }
}
