package io.mothership.jetstream.consumer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The table of unacknowledged deliveries, against maps and lists. */
class ConsumerPendingTest {
  private static final long NEVER = Long.MAX_VALUE;

  @Test
  void shouldBehaveLikeMapsAndLists() {
    for (int seed = 0; seed < 200; seed++) {
      final Random random = new Random(seed);
      final ConsumerPending pending = new ConsumerPending();
      final TreeMap<Long, Long> deadlines = new TreeMap<>();
      final List<Long> due = new ArrayList<>();
      for (int step = 0; step < 500; step++) {
        final long sequence = 1 + random.nextInt(60);
        final int slot = pending.find(sequence);
        assertEquals(deadlines.containsKey(sequence), slot != ConsumerPending.NONE);
        switch (random.nextInt(6)) {
          case 0, 1 -> {
            if (slot == ConsumerPending.NONE) {
              final int added = pending.add(sequence, sequence * 10);
              final long deadline = random.nextInt(100);
              pending.deadline(added, deadline);
              deadlines.put(sequence, deadline);
            } else {
              final long deadline = random.nextInt(100);
              pending.deadline(slot, deadline);
              deadlines.put(sequence, deadline);
              due.remove(sequence);
            }
          }
          case 2 -> {
            if (slot != ConsumerPending.NONE) {
              pending.remove(slot);
              deadlines.remove(sequence);
              due.remove(sequence);
            }
          }
          case 3 -> {
            if (slot != ConsumerPending.NONE) {
              pending.due(slot);
              deadlines.put(sequence, NEVER);
              if (!due.contains(sequence)) {
                due.add(sequence);
              }
            }
          }
          case 4 -> {
            if (slot != ConsumerPending.NONE) {
              pending.dueFirst(slot);
              deadlines.put(sequence, NEVER);
              due.remove(sequence);
              due.addFirst(sequence);
            }
          }
          default -> expire(pending, deadlines, due, random.nextInt(30));
        }
        compare(pending, deadlines, due);
      }
    }
  }

  private static void expire(
      final ConsumerPending pending,
      final TreeMap<Long, Long> deadlines,
      final List<Long> due,
      final long nowNs) {
    deadlines.entrySet().stream()
        .filter(entry -> entry.getValue() <= nowNs)
        .sorted(Map.Entry.<Long, Long>comparingByValue().thenComparing(Map.Entry::getKey))
        .map(Map.Entry::getKey)
        .toList()
        .forEach(
            sequence -> {
              assertEquals(sequence, pending.sequence(pending.expire(nowNs)));
              deadlines.put(sequence, NEVER);
              due.add(sequence);
            });
    assertEquals(ConsumerPending.NONE, pending.expire(nowNs));
  }

  private static void compare(
      final ConsumerPending pending, final TreeMap<Long, Long> deadlines, final List<Long> due) {
    assertEquals(deadlines.size(), pending.count());
    assertEquals(due.size(), pending.dueCount());
    final List<Long> order = new ArrayList<>();
    for (int slot = pending.first(); slot != ConsumerPending.NONE; slot = pending.next(slot)) {
      order.add(pending.sequence(slot));
      assertEquals(pending.sequence(slot) * 10, pending.consumerSequence(slot));
      assertEquals(due.contains(pending.sequence(slot)), pending.isDue(slot));
    }
    assertEquals(List.copyOf(deadlines.keySet()), order);
    assertEquals(
        deadlines.values().stream().min(Comparator.naturalOrder()).orElse(NEVER),
        pending.nextDeadlineNs());
    if (!due.isEmpty()) {
      assertEquals(due.getFirst(), pending.sequence(pending.firstDue()));
    }
  }

  @Test
  void shouldCountWhatWasRedelivered() {
    final ConsumerPending pending = new ConsumerPending();
    for (long sequence = 1; sequence <= 40; sequence++) {
      pending.add(sequence, sequence);
    }
    pending.redeliveries(pending.find(7), 1);
    pending.redeliveries(pending.find(7), 2);
    pending.redeliveries(pending.find(8), 1);
    assertEquals(2, pending.redeliveredCount());

    pending.remove(pending.find(7));

    assertEquals(1, pending.redeliveredCount());
    pending.clear();
    assertTrue(pending.isEmpty());
    assertEquals(0, pending.redeliveredCount());
  }
}
