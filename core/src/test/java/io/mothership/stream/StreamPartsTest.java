package io.mothership.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.bus.Slice;
import java.time.DateTimeException;
import java.util.HexFormat;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** The small parts of a stream, each against what its specification says. */
final class StreamPartsTest {

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
  void shouldFindHeadersWhateverTheirBlanks() {
    final PublishHeaders headers = new PublishHeaders();
    headers.wrap(
        Slice.of(
            "NATS/1.0\r\nX-Nats-Msg-Id: no\r\nNats-Msg-Id:  a b \r\n"
                + "Nats-Expected-Last-Msg-Id:c\r\nnats-rollup: no\r\nNats-TTL: 5\r\n"
                + "Nats-Msg-Id: second\r\n\r\n"));
    assertEquals("a b", headers.messageId().toString());
    assertEquals("c", headers.expectedLastId().toString());
    assertEquals("5", headers.ttl().toString());
    assertTrue(headers.rollup().isEmpty());
    assertTrue(headers.wrap(new Slice()).messageId().isEmpty());
    assertEquals(-1, PublishHeaders.number(Slice.of("1x")));
    assertEquals(-1, PublishHeaders.number(Slice.of("99999999999999999999")));
    assertEquals(42, PublishHeaders.number(Slice.of("42")));
  }

  @Test
  void shouldRememberIdsInOrderAndForgetTheOldest() {
    final DedupeWindow window = new DedupeWindow(1000);
    for (int i = 1; i <= 1000; i++) {
      assertEquals(0, window.find(Slice.of("id" + i)));
      window.add(i, i);
    }
    assertTrue(window.isFull());
    window.expire(501);
    assertEquals(500, window.count());
    for (int i = 1; i <= 1000; i++) {
      assertEquals(i <= 500 ? 0 : i, window.find(Slice.of("id" + i)));
    }
    window.rollBackTo(900);
    assertEquals(0, window.find(Slice.of("id901")));
    assertEquals(900, window.find(Slice.of("id900")));
    for (int i = 2001; i <= 2600; i++) {
      window.find(Slice.of("id" + i));
      window.add(i, i);
    }
    assertEquals(1000, window.count());
    assertEquals(2600, window.find(Slice.of("id2600")));
    assertEquals(501, window.find(Slice.of("id501")));
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

  @Test
  void shouldReadAndWriteTimes() {
    assertEquals("0001-01-01T00:00:00Z", Rfc3339.text(0));
    assertEquals("2023-11-14T22:13:20.00000001Z", Rfc3339.text(1_700_000_000_000_000_010L));
    assertEquals("1969-12-31T23:59:59.9Z", Rfc3339.text(-100_000_000L));
    assertEquals(1_700_000_000_500_000_000L, Rfc3339.parseNs("2023-11-15T00:13:20.5+02:00"));
    assertThrows(DateTimeException.class, () -> Rfc3339.parseNs("yesterday"));
    assertEquals(5_400_000_000_000L, GoDuration.parseNs("1h30m"));
    assertEquals(-1_500_000_000L, GoDuration.parseNs("-1.5s"));
    assertEquals(GoDuration.INVALID, GoDuration.parseNs("5"));
    assertEquals(GoDuration.INVALID, GoDuration.parseNs("s"));
    assertEquals(GoDuration.INVALID, GoDuration.parseNs(""));
  }
}
