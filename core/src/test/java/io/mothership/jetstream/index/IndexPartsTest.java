package io.mothership.jetstream.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.frame.Slice;
import java.util.HexFormat;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** The small parts of an index, each against what its specification says. */
final class IndexPartsTest {

  @Test
  void shouldHashAsTheSipHashPaperSays() {
    final SipHash hash = new SipHash(0x0706050403020100L, 0x0f0e0d0c0b0a0908L);
    final byte[] input = new byte[15];
    for (int i = 0; i < input.length; i++) {
      input[i] = (byte) i;
    }
    assertHash("a3817f04ba25a8e66df67214c7550293", hash, input, 0);
    assertHash("da87c1d86b99af44347659119b22fc45", hash, input, 1);
    assertHash("5493e99933b0a8117e08ec0f97cfc3d9", hash, input, 15);
  }

  private static void assertHash(
      final String expected, final SipHash hash, final byte[] input, final int length) {
    final long low = hash.hash128(new UnsafeBuffer(input), 0, length);
    final UnsafeBuffer out = new UnsafeBuffer(new byte[16]);
    out.putLong(0, low);
    out.putLong(8, hash.high());
    assertEquals(expected, HexFormat.of().formatHex(out.byteArray()));
  }

  @Test
  void shouldGiveASubjectsIdToAnotherAndNotMistakeThem() {
    final StreamIndex index = new StreamIndex();
    final SubjectFilter filter = new SubjectFilter(index.subjects(), List.of("a.*"));
    index.add(1, Slice.of("a.1"), 1, 1, 1);
    assertTrue(filter.matches(index.subjectId(1)));
    index.remove(1);
    index.add(2, Slice.of("b.1"), 1, 1, 2);
    assertEquals(0, index.subjectId(2));
    assertFalse(filter.matches(index.subjectId(2)));
  }

  @Test
  void shouldCountTimesAheadOfAClockThatWasSetRightAsOfThatMoment() {
    final StreamIndex index = new StreamIndex();
    for (int i = 1; i <= 3000; i++) {
      // From the 1,001st on the clock was ahead.
      index.add(i, Slice.of("s"), 1, i <= 1000 ? i * 10L : 900_000L + i, i);
    }
    index.remove(2000);
    index.add(3001, Slice.of("s"), 1, 30_000, 3001);
    index.add(3002, Slice.of("s"), 1, 30_010, 3002);
    assertEquals(10_000, index.timeNs(1000));
    assertEquals(30_000, index.timeNs(1001));
    assertEquals(30_000, index.timeNs(3000));
    assertEquals(1001, index.firstAt(10_001));
    assertEquals(3002, index.firstAt(30_001));
    assertEquals(3003, index.firstAt(30_011));
  }

  @Test
  void shouldMatchSubjectsTokenByToken() {
    final SubjectFilter filter =
        new SubjectFilter(new SubjectTable(), List.of("a.*.c", "x.>", "lit"));
    assertTrue(filter.matches("a.b.c".getBytes()));
    assertTrue(filter.matches("x.y.z".getBytes()));
    assertTrue(filter.matches("lit".getBytes()));
    assertFalse(filter.matches("a.b".getBytes()));
    assertFalse(filter.matches("a.b.c.d".getBytes()));
    assertFalse(filter.matches("x".getBytes()));
    assertFalse(filter.matches("lit.x".getBytes()));
  }

  @Test
  void shouldFindTheFirstMessageAtATime() {
    final StreamIndex index = new StreamIndex();
    for (int i = 1; i <= 5000; i++) {
      index.add(i, Slice.of("s"), 1, i * 10L, i);
    }
    for (int i = 100; i <= 4000; i++) {
      index.remove(i);
    }
    assertEquals(1, index.firstAt(0));
    assertEquals(50, index.firstAt(500));
    assertEquals(51, index.firstAt(501));
    assertEquals(4001, index.firstAt(1000));
    assertEquals(5001, index.firstAt(50_001));
  }
}
