package io.mothership.jetstream.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.journal.StateDecoder;
import io.mothership.journal.StateEncoder;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

final class LostMessagesTest {

  @Test
  void shouldListSoManyAndCountTheRest() {
    final LostMessages lost = new LostMessages();
    for (long sequence = LostMessages.LISTED_MAX + 10; sequence > 0; sequence--) {
      lost.add(sequence, 3);
      lost.add(sequence, 3);
    }
    final ByteBuffer bytes = ByteBuffer.allocate(64 * 1024);
    final StateEncoder out = new StateEncoder(1024, bytes::put);
    lost.freeze().encode(out);
    out.finish();
    final LostMessages restored = new LostMessages();
    restored.restore(new StateDecoder(bytes.flip()));
    for (final LostMessages each : List.of(lost, restored)) {
      assertEquals(LostMessages.LISTED_MAX, each.listed().length);
      assertEquals(11, each.listed()[0]);
      assertTrue(each.contains(LostMessages.LISTED_MAX));
      assertTrue(each.count() >= LostMessages.LISTED_MAX + 10);
    }
    assertEquals(lost.count(), restored.count());
    assertEquals(lost.bytes(), restored.bytes());
  }
}
