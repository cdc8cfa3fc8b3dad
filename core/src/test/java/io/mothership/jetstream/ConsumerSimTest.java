package io.mothership.jetstream;

import static io.mothership.jetstream.ConsumerFixture.SECOND_NS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.jetstream.ConsumerFixture.Message;
import io.mothership.jetstream.consumer.Consumer;
import io.mothership.jetstream.consumer.ConsumerPeek;
import io.mothership.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Random publishes, fetches, acknowledgements, deletes and restarts, compared with a naive model.
 */
final class ConsumerSimTest {
  private static final int SEEDS = Integer.getInteger("mothership.sim.seeds", 40);
  private static final int STEPS = 150;
  private static final long ACK_WAIT_NS = 10 * SECOND_NS;
  private static final long FLUSH_NS = SECOND_NS / 2;

  @Test
  void shouldBehaveLikeTheNaiveModel() {
    for (int seed = 0; seed < SEEDS; seed++) {
      new Run(seed).go();
    }
  }

  /** What the model knows of a delivered message. */
  private static final class Delivery {
    private int deliveries = 1;
    private long deadlineNs;
    private Message last;
  }

  private static final class Run {
    private final long seed;
    private final Random random;
    private final ConsumerFixture fixture = new ConsumerFixture();
    private final TreeMap<Long, String> stored = new TreeMap<>();
    private final TreeMap<Long, Delivery> pending = new TreeMap<>();
    private final List<Message> seen = new ArrayList<>();
    private final boolean isWorkQueue;
    private final int deliveriesMax;
    private final int pendingMax;
    private final boolean isFiltered;
    private long next = 1;
    private long last;
    private long nowNs;
    private String what = "";

    Run(final long seed) {
      this.seed = seed;
      this.random = new Random(seed);
      this.isWorkQueue = random.nextBoolean();
      this.deliveriesMax = random.nextBoolean() ? -1 : 3;
      this.pendingMax = random.nextInt(3) == 0 ? 5 : 1000;
      this.isFiltered = random.nextBoolean();
    }

    void go() {
      fixture
          .streams()
          .create(
              "S", "\"subjects\":[\"s.*\"]" + (isWorkQueue ? ",\"retention\":\"workqueue\"" : ""));
      fixture.create(
          "S",
          "c",
          "\"durable_name\":\"c\",\"ack_policy\":\"explicit\",\"ack_wait\":"
              + ACK_WAIT_NS
              + ",\"max_deliver\":"
              + deliveriesMax
              + ",\"max_ack_pending\":"
              + pendingMax
              + (isFiltered ? ",\"filter_subject\":\"s.a\"" : ""));
      for (int step = 0; step < STEPS; step++) {
        switch (random.nextInt(16)) {
          case 0, 1, 2, 3 -> publish();
          case 4, 5, 6, 7 -> fetch();
          case 8, 9, 10 -> ack();
          case 11 -> nak();
          case 12 -> advance(random.nextInt(12) * SECOND_NS);
          case 13 -> delete();
          case 14 -> restartCleanly();
          default -> crash();
        }
        compare();
      }
    }

    private String where() {
      return "seed " + seed + ", " + what;
    }

    private boolean isWanted(final long sequence) {
      final String subject = stored.get(sequence);
      return subject != null && (!isFiltered || subject.equals("s.a"));
    }

    private void publish() {
      final String subject = random.nextInt(3) == 0 ? "s.b" : "s.a";
      what = "publish " + subject;
      fixture.publish(1, subject);
      stored.put(++last, subject);
    }

    private void fetch() {
      final int count = 1 + random.nextInt(6);
      what = "fetch " + count;
      final List<Message> messages = fixture.fetch("S", "c", count);
      for (final Message message : messages) {
        final long sequence = message.streamSequence();
        final Delivery known = pending.get(sequence);
        seen.add(message);
        if (known != null) {
          assertTrue(known.deadlineNs <= nowNs, where() + ": early redelivery of " + sequence);
          assertEquals(++known.deliveries, message.deliveries(), where());
        } else {
          assertTrue(dueCount() == 0, where() + ": new before redelivery");
          assertEquals(nextWanted(), sequence, where());
          next = sequence + 1;
          assertEquals(1, message.deliveries(), where());
          pending.put(sequence, new Delivery());
          assertTrue(pending.size() <= pendingMax, where());
        }
        pending.get(sequence).deadlineNs = nowNs + ACK_WAIT_NS;
        pending.get(sequence).last = message;
      }
      if (messages.size() < count) {
        assertEquals(0, dueCount(), where());
        assertTrue(nextWanted() == 0 || pending.size() >= pendingMax, where());
      }
    }

    private long nextWanted() {
      for (final long sequence : stored.tailMap(next).keySet()) {
        if (isWanted(sequence)) {
          return sequence;
        }
      }
      return 0;
    }

    private long dueCount() {
      return pending.values().stream().filter(entry -> entry.deadlineNs <= nowNs).count();
    }

    /** A pending message that the client has seen, or 0. */
    private long anyPending() {
      final List<Long> all = new ArrayList<>(pending.keySet());
      final long chosen = all.isEmpty() ? 0 : all.get(random.nextInt(all.size()));
      return chosen == 0 || pending.get(chosen).last == null ? 0 : chosen;
    }

    private void ack() {
      final long chosen = anyPending();
      if (chosen == 0) {
        return;
      }
      what = "ack " + chosen;
      final Message message = pending.remove(chosen).last;
      switch (random.nextInt(3)) {
        case 0 -> fixture.ack(message, "+TERM");
        case 1 -> assertTrue(fixture.ackAndWait(message, ""), where());
        default -> fixture.ack(message);
      }
      if (isWorkQueue) {
        stored.remove(chosen);
      }
    }

    private void nak() {
      final long chosen = anyPending();
      if (chosen == 0) {
        return;
      }
      final Delivery entry = pending.get(chosen);
      final long delayNs = random.nextInt(3) * SECOND_NS;
      what = "nak " + chosen + " " + delayNs;
      fixture.ack(entry.last, delayNs == 0 ? "-NAK" : "-NAK " + delayNs + "ns");
      entry.deadlineNs = nowNs + delayNs;
      if (delayNs == 0 && isExhausted(entry)) {
        pending.remove(chosen);
      }
    }

    private boolean isExhausted(final Delivery entry) {
      return deliveriesMax > 0 && entry.deliveries >= deliveriesMax;
    }

    private void advance(final long ns) {
      what = "advance " + ns;
      nowNs += ns;
      fixture.advanceNs(ns);
      pending
          .entrySet()
          .removeIf(entry -> entry.getValue().deadlineNs <= nowNs && isExhausted(entry.getValue()));
    }

    private void delete() {
      final List<Long> all = new ArrayList<>(stored.keySet());
      if (all.isEmpty()) {
        return;
      }
      final long chosen = all.get(random.nextInt(all.size()));
      what = "delete " + chosen;
      fixture.api("STREAM.MSG.DELETE.S", "{\"seq\":" + chosen + "}");
      stored.remove(chosen);
      pending.remove(chosen);
    }

    /** Everything was written down before. */
    private void restartCleanly() {
      advance(FLUSH_NS);
      what = "restart";
      fixture.restart();
      pending.values().forEach(entry -> entry.deadlineNs = nowNs + ACK_WAIT_NS);
    }

    /** What was delivered last may be forgotten; what was acknowledged is not. */
    private void crash() {
      what = "crash";
      fixture.restart();
      final Consumer consumer = fixture.consumer("S", "c");
      final TreeMap<Long, Delivery> known = new TreeMap<>();
      for (final Map.Entry<Long, Integer> each : ConsumerPeek.deliveries(consumer).entrySet()) {
        final long sequence = each.getKey();
        final Delivery entry = new Delivery();
        entry.deliveries = each.getValue();
        entry.deadlineNs = nowNs + ACK_WAIT_NS;
        entry.last = lastOf(sequence);
        assertTrue(isWanted(sequence), where() + ": pending " + sequence);
        assertTrue(
            pending.containsKey(sequence) || deliveriesMax > 0,
            where() + ": not pending before: " + sequence);
        known.put(sequence, entry);
      }
      next = ConsumerPeek.next(consumer);
      for (final long sequence : pending.keySet()) {
        assertTrue(
            known.containsKey(sequence) || sequence >= next, where() + ": forgotten " + sequence);
      }
      pending.clear();
      pending.putAll(known);
    }

    private Message lastOf(final long sequence) {
      for (int i = seen.size() - 1; i >= 0; i--) {
        if (seen.get(i).streamSequence() == sequence) {
          return seen.get(i);
        }
      }
      return null;
    }

    private void compare() {
      final JsonObject info = fixture.info("S", "c");
      assertEquals(pending.size(), info.number("num_ack_pending", -1), where());
      assertEquals(
          stored.tailMap(next).keySet().stream().filter(this::isWanted).count(),
          info.number("num_pending", -1),
          where());
      assertEquals(stored.size(), fixture.streams().stream("S").messageCount(), where());
      final long floor = info.object("ack_floor").number("stream_seq", -1);
      assertTrue(pending.isEmpty() || floor < pending.firstKey(), where() + ": floor " + floor);
      assertTrue(floor <= info.object("delivered").number("stream_seq", -1), where());
    }
  }
}
