package io.mothership.jetstream.index;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What is packed comes back, whatever is in the columns, and takes little room if it is even. */
final class ChunkPackingTest {
  private static final long SEED = Long.getLong("mothership.seed", 17L);
  private static final int ROUNDS = 200;

  private final byte[] scratch = new byte[IndexChunk.PACKED_LENGTH_MAX];
  private final ChunkUnpacker unpacker = new ChunkUnpacker();
  private final IndexChunk unpacked = new IndexChunk();

  @Test
  void shouldTakeTwoBytesForAMessageThatComesInAnEvenStep() {
    final IndexChunk chunk = empty();
    for (int at = 0; at < IndexChunk.LENGTH; at++) {
      put(chunk, at, 5_000_000_000L + at * 1_068L, 77_000 + 2L * at, 1_800L + at, at + 1, at - 1);
    }
    assertTrue(comesBack(chunk) < 2 * IndexChunk.LENGTH + 64);
  }

  @Test
  void shouldGiveBackTheLeastAndTheMostOfEachColumn() {
    final IndexChunk chunk = empty();
    for (int at = 0; at < IndexChunk.LENGTH; at++) {
      final long most = at % 2 == 0 ? Long.MAX_VALUE : Long.MIN_VALUE;
      put(chunk, at, most, most, most, most, most);
      chunk.subjectIds[at] = at % 2 == 0 ? Integer.MAX_VALUE : 0;
      chunk.sizes[at] = at % 2 == 0 ? Integer.MIN_VALUE : Integer.MAX_VALUE;
    }
    comesBack(chunk);
  }

  @Test
  void shouldGiveBackWhatIsThereOfAnyChunk() {
    final Random random = new Random(SEED);
    for (int round = 0; round < ROUNDS; round++) {
      final IndexChunk chunk = empty();
      final int left = 1 + random.nextInt(100);
      for (int at = 0; at < IndexChunk.LENGTH; at++) {
        if (random.nextInt(100) < left) {
          put(
              chunk,
              at,
              number(random),
              number(random),
              number(random),
              number(random),
              number(random));
          chunk.subjectIds[at] = random.nextInt(1 + random.nextInt(1_000_000));
          chunk.sizes[at] = random.nextInt();
        }
      }
      if (chunk.live > 0) {
        comesBack(chunk);
        final IndexChunk compacted = chunk.compacted();
        final byte[] packed = Arrays.copyOf(scratch, chunk.pack(scratch));
        assertArrayEquals(packed, Arrays.copyOf(scratch, compacted.pack(scratch)));
      }
    }
  }

  private static long number(final Random random) {
    return random.nextInt(3) == 0 ? 0 : random.nextLong() >> random.nextInt(64);
  }

  private static IndexChunk empty() {
    final IndexChunk chunk = new IndexChunk();
    chunk.clear();
    return chunk;
  }

  private static void put(
      final IndexChunk chunk,
      final int at,
      final long location,
      final long journalSequence,
      final long time,
      final long nextSame,
      final long previousSame) {
    chunk.locations[at] = location;
    chunk.journalSequences[at] = journalSequence;
    chunk.times[at] = time;
    chunk.nextSame[at] = nextSame;
    chunk.previousSame[at] = previousSame;
    chunk.subjectIds[at] = 3;
    chunk.sizes[at] = 1_000;
    chunk.live++;
  }

  /** Returns the length when packed. */
  private int comesBack(final IndexChunk chunk) {
    final int length = chunk.pack(scratch);
    final ByteBuffer packed = ByteBuffer.wrap(Arrays.copyOf(scratch, length));
    unpacker.unpack(new IndexChunk(packed, chunk.live), unpacked);
    assertEquals(chunk.live, unpacked.live);
    assertArrayEquals(chunk.subjectIds, unpacked.subjectIds);
    for (int at = 0; at < IndexChunk.LENGTH; at++) {
      if (chunk.subjectIds[at] != SubjectTable.NONE) {
        assertEquals(chunk.locations[at], unpacked.locations[at]);
        assertEquals(chunk.journalSequences[at], unpacked.journalSequences[at]);
        assertEquals(chunk.times[at], unpacked.times[at]);
        assertEquals(chunk.nextSame[at], unpacked.nextSame[at]);
        assertEquals(chunk.previousSame[at], unpacked.previousSame[at]);
        assertEquals(chunk.sizes[at], unpacked.sizes[at]);
      }
    }
    return length;
  }
}
