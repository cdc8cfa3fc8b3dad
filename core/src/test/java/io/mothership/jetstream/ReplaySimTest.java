package io.mothership.jetstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.jetstream.ConsumerFixture.Message;
import io.mothership.jetstream.consumer.Consumer;
import io.mothership.jetstream.consumer.ConsumerPeek;
import io.mothership.jetstream.consumer.Consumers;
import io.mothership.jetstream.index.IndexPeek;
import io.mothership.jetstream.index.StreamIndex;
import io.mothership.jetstream.model.StreamConfig;
import io.mothership.jetstream.stream.Stream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Streams with limits of all kinds, and their consumers, after anything at all that clients may do:
 * a start that reads the journal finds what was there. With a wall clock that was set back it may
 * find more, as it does not know what is too old, but nothing less.
 */
class ReplaySimTest {
  private static final int SEEDS = Integer.getInteger("mothership.replay.seeds", 200);
  private static final long FIRST_SEED = Long.getLong("mothership.seed", 1);
  private static final int STEPS = 120;
  private static final long MS = 1_000_000L;
  private static final List<String> RETENTIONS = List.of("limits", "interest", "workqueue");
  private static final List<String> SUBJECTS = List.of("a", "b", "c");

  private final Map<String, List<Message>> held = new HashMap<>();
  private Random random;
  private ConsumerFixture fixture;
  private StreamFixture streams;
  private boolean isClockBehind;

  @Test
  void shouldFindWhatWasThere() {
    for (long seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
      run(seed);
    }
  }

  private void run(final long seed) {
    random = new Random(seed);
    fixture = new ConsumerFixture();
    streams = fixture.streams();
    if (random.nextBoolean()) {
      streams.checkpointBytes(random.nextBoolean() ? Long.MAX_VALUE : 20_000);
      fixture.restart();
    }
    held.clear();
    isClockBehind = false;
    for (int i = 0; i < RETENTIONS.size(); i++) {
      streams.create("S" + i, config(i, RETENTIONS.get(i)));
    }
    for (int step = 0; step < STEPS; step++) {
      act("S" + random.nextInt(RETENTIONS.size()));
      if (random.nextInt(25) == 0) {
        restart("seed=" + seed + ", step=" + step);
      }
    }
    restart("seed=" + seed + ", at the end");
    for (int i = 0; i < RETENTIONS.size(); i++) {
      streams.request("STREAM.DELETE.S" + i, "");
    }
    fixture.advanceNs(300 * MS);
    // Nothing is left of what they took but columns that wait for the next stream.
    final JetStream jetStream = streams.jetStream();
    assertEquals(0, jetStream.home().columns().columnBytes(), "seed=" + seed);
    assertEquals(0, jetStream.home().state().bytes() % IndexPeek.CHUNK_BYTES, "seed=" + seed);
    assertEquals(0, jetStream.home().bytesUsed(StreamConfig.Storage.FILE), "seed=" + seed);
  }

  private String config(final int stream, final String retention) {
    final StringBuilder text =
        new StringBuilder("\"subjects\":[\"s").append(stream).append(".>\"],\"retention\":\"");
    text.append(retention).append('"');
    if (random.nextBoolean()) {
      text.append(",\"max_msgs\":").append(1 + random.nextInt(8));
    }
    if (random.nextInt(3) == 0) {
      text.append(",\"max_bytes\":").append(200 + random.nextInt(400));
    }
    if (random.nextInt(3) == 0) {
      text.append(",\"max_msgs_per_subject\":").append(1 + random.nextInt(3));
    }
    if (random.nextInt(3) == 0) {
      text.append(",\"max_age\":").append(2_000 * MS).append(",\"duplicate_window\":2000000000");
    }
    if (random.nextInt(3) == 0) {
      text.append(",\"discard\":\"new\"");
    }
    text.append(",\"allow_rollup_hdrs\":true,\"allow_msg_ttl\":true");
    if (random.nextInt(4) == 0) {
      text.append(",\"subject_delete_marker_ttl\":").append(1_000 * MS);
    }
    if (random.nextBoolean()) {
      text.append(",\"metadata\":{\"mothership.sync\":\"interval\"}");
    }
    return text.toString();
  }

  private void act(final String stream) {
    final String digit = stream.substring(1);
    final String subject = "s" + digit + "." + SUBJECTS.get(random.nextInt(SUBJECTS.size()));
    switch (random.nextInt(20)) {
      case 0, 1, 2, 3, 4, 5 -> streams.publish(subject, "x".repeat(random.nextInt(60)));
      case 6 ->
          streams.publish(subject, "", "Nats-TTL: " + (random.nextInt(4) == 0 ? "never" : "1s"));
      case 7 ->
          streams.publish(subject, "", "Nats-Rollup: " + (random.nextBoolean() ? "sub" : "all"));
      case 8 -> streams.publish(subject, "", "Nats-Msg-Id: " + random.nextInt(9));
      case 9, 10 -> fixture.advanceNs(random.nextInt(900) * MS);
      case 11 -> createConsumer(stream, digit);
      case 12, 13, 14 -> fetch(stream);
      case 15, 16, 17 -> acknowledge(stream);
      case 18 -> manage(stream, digit, subject);
      default -> {
        if (random.nextInt(8) == 0) {
          streams.clock().stepWallNs(-random.nextInt(3_000) * MS);
          isClockBehind = true;
        }
      }
    }
  }

  private String anyConsumer() {
    return "c" + random.nextInt(3);
  }

  private void createConsumer(final String stream, final String digit) {
    final String name = anyConsumer();
    final StringBuilder config = new StringBuilder("\"ack_policy\":\"");
    config.append(random.nextInt(3) == 0 ? "all" : "explicit").append('"');
    if (random.nextInt(4) != 0) {
      config.append(",\"durable_name\":\"").append(name).append('"');
    } else if (stream.equals("S2") && random.nextBoolean()) {
      // What only such a consumer waits for goes with it from an interest stream.
      config.append(",\"mem_storage\":true");
    }
    if (random.nextBoolean()) {
      config.append(",\"filter_subject\":\"s").append(digit).append('.');
      config.append(SUBJECTS.get(name.charAt(1) - '0')).append('"');
    }
    if (random.nextInt(3) == 0) {
      config.append(",\"max_deliver\":2");
    }
    if (random.nextInt(3) == 0) {
      config.append(",\"deliver_policy\":\"new\"");
    }
    config.append(",\"ack_wait\":").append(700 * MS);
    fixture.tryCreate(stream, name, config.toString());
  }

  private void fetch(final String stream) {
    final String name = anyConsumer();
    held.computeIfAbsent(stream + name, key -> new ArrayList<>())
        .addAll(fixture.fetch(stream, name, 1 + random.nextInt(4)));
  }

  private void acknowledge(final String stream) {
    final List<Message> messages = held.getOrDefault(stream + anyConsumer(), List.of());
    if (!messages.isEmpty()) {
      final Message message = messages.remove(random.nextInt(messages.size()));
      switch (random.nextInt(6)) {
        case 0 -> fixture.ack(message, "-NAK");
        case 1 -> fixture.ack(message, "+TERM");
        case 2 -> fixture.ackAndWait(message, "+ACK");
        default -> fixture.ack(message);
      }
    }
  }

  private void manage(final String stream, final String digit, final String subject) {
    switch (random.nextInt(8)) {
      case 0 -> streams.request("STREAM.PURGE." + stream, "{\"keep\":" + random.nextInt(4) + "}");
      case 1 -> streams.request("STREAM.PURGE." + stream, "{\"filter\":\"" + subject + "\"}");
      case 2 -> {
        final Stream target = streams.stream(stream);
        streams.request(
            "STREAM.MSG.DELETE." + stream,
            "{\"seq\":" + (target.firstSequence() + random.nextInt(5)) + "}");
      }
      case 3, 4 -> fixture.api("CONSUMER.DELETE." + stream + "." + anyConsumer(), "");
      case 5 -> fixture.api("CONSUMER.RESET." + stream + "." + anyConsumer(), "{\"seq\":1}");
      case 6 -> {
        // Between these two a stream may change; a work queue stays one.
        final String retention = random.nextBoolean() ? "limits" : "interest";
        streams.request(
            "STREAM.UPDATE." + stream,
            "{\"name\":\"" + stream + "\"," + config(digit.charAt(0) - '0', retention) + "}");
      }
      default -> {
        if (random.nextInt(3) == 0) {
          streams.request("STREAM.DELETE." + stream, "");
          final String retention = RETENTIONS.get(digit.charAt(0) - '0');
          streams.create(stream, config(digit.charAt(0) - '0', retention));
        }
      }
    }
  }

  private void restart(final String when) {
    final boolean areStatesRecorded = random.nextInt(3) != 0;
    if (areStatesRecorded) {
      fixture.advanceNs(300 * MS);
      fixture.advanceNs(300 * MS);
    }
    final boolean isStopped = random.nextInt(3) == 0;
    final Map<String, List<Long>> before = sequences();
    final Map<String, String> consumersBefore = consumers();
    if (isStopped) {
      streams.stopAndStart();
    }
    fixture.restart();
    final Map<String, List<Long>> after = sequences();
    if (isClockBehind) {
      before.forEach(
          (stream, sequences) ->
              assertTrue(
                  after.get(stream).containsAll(sequences),
                  () -> when + ", " + stream + ": " + sequences + " -> " + after.get(stream)));
    } else {
      assertEquals(before, after, when);
      if (areStatesRecorded) {
        assertEquals(consumersBefore, consumers(), when);
      }
    }
    held.clear();
  }

  private Map<String, List<Long>> sequences() {
    final Map<String, List<Long>> all = new HashMap<>();
    for (final Stream stream : streams.jetStream().home().streams()) {
      final StreamIndex index = stream.index();
      final List<Long> present = new ArrayList<>();
      for (long at = index.nextPresent(0); at <= index.last(); at = index.nextPresent(at + 1)) {
        present.add(at);
      }
      all.put(stream.name(), present);
    }
    return all;
  }

  /** What each consumer that is kept still has to deliver, and waits for. */
  private Map<String, String> consumers() {
    final Map<String, String> all = new HashMap<>();
    final Consumers layer = streams.jetStream().consumers();
    for (final Stream stream : streams.jetStream().home().streams()) {
      for (final Consumer consumer : layer.registry(stream).consumers()) {
        if (consumer.isKept()) {
          all.put(stream.name() + "." + consumer.name(), ConsumerPeek.describe(consumer));
        }
      }
    }
    return all;
  }
}
