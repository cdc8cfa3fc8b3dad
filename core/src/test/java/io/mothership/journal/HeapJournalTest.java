package io.mothership.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.mothership.frame.FrameView;
import org.junit.jupiter.api.Test;

final class HeapJournalTest extends JournalContractTest {
  @Override
  protected Journal newJournal() {
    return new HeapJournal(64 * 1024);
  }

  @Test
  void shouldForgetASegment() {
    final long[] locations = appendAll(2000);
    final HeapJournal journal = (HeapJournal) journal();
    final int first = Location.segment(locations[1]);
    journal.delete(first);
    try (JournalReader reader = journal.reader()) {
      assertFalse(reader.read(locations[1], new FrameView()));
      assertEquals(first + 1, Location.segment(reader.first()));
      assertEquals(reader.first(), reader.next(locations[1]));
    }
    assertThrows(
        IllegalArgumentException.class, () -> journal.delete(Location.segment(locations[2000])));
  }
}
