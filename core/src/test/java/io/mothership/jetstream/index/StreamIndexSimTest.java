package io.mothership.jetstream.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.frame.Slice;
import io.mothership.journal.StateDecoder;
import io.mothership.journal.StateEncoder;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * An index over many chunks against a naive model, while messages come and go in random order,
 * states are frozen and written, and indexes come back from them.
 */
final class StreamIndexSimTest {
  private static final int SEEDS = 20;
  private static final int STEPS = 30_000;

  private record Message(String subject, int size, long timeNs, long journalSequence) {}

  private final TreeMap<Long, Message> model = new TreeMap<>();
  private final Map<Long, Long> places = new HashMap<>();
  private Freezing freezing;
  private StateBudget budget;
  private StreamIndex index;
  private byte[] packed = {};
  private long last;
  private boolean isMemoryTight;

  @Test
  void shouldHoldWhatTheModelHolds() {
    run();
  }

  /** What is unpacked to be changed is packed again soon, in memory of its own. */
  @Test
  void shouldHoldTheSameWhileMemoryIsTight() {
    isMemoryTight = true;
    run();
  }

  @Test
  void shouldUnpackLittleWhileMemoryIsTightAndEverythingChanges() {
    isMemoryTight = true;
    begin();
    final Random random = new Random(1);
    final int chunks = 400;
    for (int i = 0; i < chunks * StreamIndex.CHUNK_LENGTH; i++) {
      add(random, 1);
    }
    repack();
    final long packedBytes = index.heapBytes();
    for (int i = 0; i < 10_000; i++) {
      final long placed = random(random);
      index.place(placed, placed * 7);
      places.put(placed, placed * 7);
      assertTrue(
          index.heapBytes() < packedBytes + 40L * IndexChunk.FULL_BYTES,
          () -> "packed=" + packedBytes + ", heapBytes=" + index.heapBytes());
    }
    check();
    repack();
    assertTrue(index.heapBytes() <= packedBytes + 40L * IndexChunk.FULL_BYTES);
  }

  private void repack() {
    freezing.begin();
    final StreamIndex.Frozen frozen = index.freeze();
    repack(frozen, bytes(frozen));
    freezing.end();
    index.onThawed();
  }

  private void run() {
    for (long seed = 1; seed <= SEEDS; seed++) {
      final long current = seed;
      try {
        run(new Random(seed));
      } catch (final RuntimeException | AssertionError e) {
        throw new AssertionError("seed " + current, e);
      }
    }
  }

  private void run(final Random random) {
    model.clear();
    places.clear();
    last = 0;
    begin();
    final int subjects = 1 + random.nextInt(3_000);
    final int keep = 1 + random.nextInt(6_000);
    final boolean isByAge = random.nextBoolean();
    byte[] frozenBytes = {};
    StreamIndex.Frozen frozen = null;
    for (int step = 0; step < STEPS; step++) {
      add(random, subjects);
      while (model.size() > keep) {
        remove(isByAge ? model.firstKey() : random(random));
      }
      if (random.nextInt(5_000) == 0) {
        // Nearly everything goes, what is left is spread.
        for (final long sequence : List.copyOf(model.keySet())) {
          if (random.nextInt(50) != 0) {
            remove(sequence);
          }
        }
        check();
      }
      if (frozen == null && random.nextInt(3_000) == 0) {
        freezing.begin();
        frozen = index.freeze();
        frozenBytes = bytes(frozen);
      } else if (frozen != null && random.nextInt(3_000) == 0) {
        frozenBytes = sameBytes(frozen, frozenBytes);
        if (random.nextBoolean()) {
          repack(frozen, frozenBytes);
        }
        freezing.end();
        index.onThawed();
        frozen = null;
        assertEquals(0, budget.bytes());
        if (random.nextInt(3) == 0) {
          restore(bytes(index.freeze()));
        }
      }
    }
    check();
    for (final long sequence : List.copyOf(model.keySet())) {
      remove(sequence);
    }
    check();
    assertEquals(0, index.subjects().count());
    assertTrue(index.heapBytes() < 300_000, () -> "heapBytes=" + index.heapBytes());
  }

  private static byte[] sameBytes(final StreamIndex.Frozen frozen, final byte[] before) {
    final byte[] after = bytes(frozen);
    assertTrue(Arrays.equals(before, after));
    return after;
  }

  /** What was packed before lies there no more. */
  private void repack(final StreamIndex.Frozen frozen, final byte[] bytes) {
    final long before = index.heapBytes();
    index.repack(frozen, ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
    assertTrue(index.heapBytes() <= before);
    Arrays.fill(packed, (byte) -1);
    packed = bytes;
    check();
  }

  private void begin() {
    budget = StateBudget.unlimited();
    freezing = new Freezing(budget);
    index =
        new StreamIndex(
            freezing,
            new ColumnPool(isMemoryTight ? new StateBudget(-1) : StateBudget.unlimited()));
    packed = new byte[0];
  }

  private void add(final Random random, final int subjects) {
    last += random.nextInt(20) == 0 ? 1 + random.nextInt(40) : 1;
    final Message message =
        new Message(
            "s." + "x".repeat(random.nextInt(4)) + random.nextInt(subjects),
            random.nextInt(1_000),
            last * 10,
            last * 3);
    index.add(
        last, Slice.of(message.subject), message.size, message.timeNs, message.journalSequence);
    model.put(last, message);
    places.put(last, -1L);
    if (random.nextInt(3) == 0) {
      final long placed = random(random);
      index.place(placed, placed * 7);
      places.put(placed, placed * 7);
    }
  }

  private long random(final Random random) {
    final Long found =
        model.ceilingKey(model.firstKey() + random.nextLong(last + 1 - model.firstKey()));
    return found == null ? model.lastKey() : found;
  }

  private void remove(final long sequence) {
    assertTrue(index.remove(sequence));
    model.remove(sequence);
  }

  private void restore(final byte[] bytes) {
    begin();
    index.restore(new StateDecoder(ByteBuffer.wrap(bytes)));
    packed = bytes;
    check();
  }

  private void check() {
    assertEquals(model.size(), index.count());
    assertEquals(model.isEmpty() ? last + 1 : model.firstKey(), index.first());
    final Map<String, List<Long>> chains = new HashMap<>();
    long at = index.nextPresent(0);
    for (final Map.Entry<Long, Message> entry : model.entrySet()) {
      final long sequence = entry.getKey();
      final Message message = entry.getValue();
      assertEquals(sequence, at);
      assertEquals(message.size, index.size(sequence));
      assertEquals(message.timeNs, index.timeNs(sequence));
      assertEquals(message.journalSequence, index.journalSequence(sequence));
      assertEquals((long) places.get(sequence), index.location(sequence));
      assertEquals(
          message.subject,
          new String(index.subjects().subject(index.subjectId(sequence)), StandardCharsets.UTF_8));
      chains.computeIfAbsent(message.subject, key -> new ArrayList<>()).add(sequence);
      at = index.nextPresent(sequence + 1);
    }
    assertEquals(last + 1, at);
    assertEquals(chains.size(), index.subjects().count());
    chains.forEach(this::checkChain);
  }

  private void checkChain(final String subject, final List<Long> chain) {
    final int id = index.subjects().find(Slice.of(subject));
    assertEquals(chain.size(), index.subjects().count(id));
    assertEquals((long) chain.getFirst(), index.subjects().first(id));
    assertEquals((long) chain.getLast(), index.subjects().last(id));
    for (int i = 0; i < chain.size(); i++) {
      assertEquals(i == 0 ? 0L : chain.get(i - 1), index.previousSame(chain.get(i)));
      assertEquals(i == chain.size() - 1 ? 0L : chain.get(i + 1), index.nextSame(chain.get(i)));
    }
  }

  private static byte[] bytes(final StreamIndex.Frozen frozen) {
    final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    final StateEncoder out =
        new StateEncoder(
            4096,
            part -> {
              while (part.hasRemaining()) {
                bytes.write(part.get());
              }
            });
    frozen.encode(out);
    out.finish();
    return bytes.toByteArray();
  }
}
