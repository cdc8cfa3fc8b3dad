package io.mothership.bus;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** Against a look at one byte after the other, up to the very end of buffers of all lengths. */
final class ByteScanTest {
  private static final long SEED = Long.getLong("mothership.seed", 5L);
  private static final int ROUNDS = 20_000;
  private static final int LENGTH_MAX = 40;

  /** Bytes around which the arithmetic could be wrong. */
  private static final byte[] EDGES = {
    0, 1, '\t', '\n', 0x1F, ' ', '!', '-', '.', '/', 'a', 0x7F, (byte) 0x80, (byte) 0xAE, -1
  };

  private final Random random = new Random(SEED);

  @Test
  void shouldFindWhatALookAtEachByteFinds() {
    for (int round = 0; round < ROUNDS; round++) {
      final byte[] bytes = new byte[random.nextInt(LENGTH_MAX)];
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] = random.nextInt(3) == 0 ? EDGES[random.nextInt(EDGES.length)] : (byte) 'x';
      }
      final UnsafeBuffer buffer = new UnsafeBuffer(bytes);
      final int from = random.nextInt(bytes.length + 1);
      final int to = from + random.nextInt(bytes.length - from + 1);
      final byte wanted = EDGES[random.nextInt(EDGES.length)];
      assertEquals(indexOf(bytes, from, to, wanted), ByteScan.indexOf(buffer, from, to, wanted));
      assertEquals(indexOfBlank(bytes, from, to), ByteScan.indexOfBlank(buffer, from, to));
      assertEquals(ByteScan.word(bytes, from, to), ByteScan.word(buffer, from, to));
    }
  }

  @Test
  void shouldPutTheFirstByteLowest() {
    final byte[] bytes = {1, 2, 3, 4, 5, 6, 7, (byte) 0x88, 9};
    assertEquals(0x8807060504030201L, ByteScan.word(bytes, 0, 9));
    assertEquals(0x8807060504030201L, ByteScan.word(new UnsafeBuffer(bytes), 0, 9));
    assertEquals(0x030201L, ByteScan.word(new UnsafeBuffer(bytes), 0, 3));
    assertEquals(0x0988L, ByteScan.word(new UnsafeBuffer(bytes), 7, 9));
  }

  private static int indexOf(final byte[] bytes, final int from, final int to, final byte wanted) {
    int at = from;
    while (at < to && bytes[at] != wanted) {
      at++;
    }
    return at;
  }

  private static int indexOfBlank(final byte[] bytes, final int from, final int to) {
    int at = from;
    while (at < to && (bytes[at] < 0 || bytes[at] > ' ')) {
      at++;
    }
    return at;
  }
}
