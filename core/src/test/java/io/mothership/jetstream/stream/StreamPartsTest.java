package io.mothership.jetstream.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.frame.Slice;
import org.junit.jupiter.api.Test;

/** The small parts of a stream, each against what its specification says. */
final class StreamPartsTest {

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
}
