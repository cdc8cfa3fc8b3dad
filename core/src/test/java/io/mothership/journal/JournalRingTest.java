package io.mothership.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.bus.Pressure;
import io.mothership.frame.FrameView;
import io.mothership.frame.MessageView;
import io.mothership.frame.Slice;
import io.mothership.frame.codec.Origin;
import io.mothership.frame.codec.RecordType;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class JournalRingTest {
  private static final int CAPACITY = 64 * 1024;

  private final JournalRing ring = new JournalRing(CAPACITY, 100, 1_000, 0, 7);
  private final ListJournal journal = new ListJournal();
  private final FrameView frame = new FrameView();

  @Test
  void shouldRefuseToOverwriteWhatIsNotReleased() {
    long sequence = append(1_000);
    long last = sequence;
    while (sequence > 0) {
      last = sequence;
      sequence = append(1_000);
    }
    assertEquals(Pressure.FULL, sequence);
    assertFalse(ring.hasRoom(1_000));
    drain();
    assertEquals(Pressure.FULL, append(1_000), "appended is not released");
    ring.release(110);
    assertTrue(append(1_000) > last);
  }

  @Test
  void shouldKeepEveryFrameInOrderOverManyWraps() {
    final Random random = new Random(5);
    long expected = 100;
    for (int i = 0; i < 20_000; i++) {
      final long sequence = append(random.nextInt(3_000));
      if (sequence == Pressure.FULL) {
        drain();
        ring.release(ring.lastSequence());
      } else {
        assertEquals(++expected, sequence);
      }
    }
    drain();
    final JournalReader reader = journal.reader();
    long location = reader.first();
    for (long sequence = 101; sequence <= expected; sequence++) {
      assertTrue(reader.read(location, frame));
      assertEquals(sequence, frame.journalSequence());
      assertEquals(7, frame.epoch());
      assertTrue(FrameView.isWellFormed(frame.buffer(), 0, frame.length()));
      location = reader.next(location);
    }
    assertEquals(Journal.NOWHERE, location);
  }

  @Test
  void shouldReadTheTailUntilItIsOverwritten() {
    final Random random = new Random(6);
    for (int i = 0; i < 5_000; i++) {
      final long sequence = append(random.nextInt(2_000));
      drain();
      ring.release(ring.lastSequence());
      assertTrue(ring.read(sequence, frame));
      assertEquals(sequence, frame.journalSequence());
      boolean isStillThere = true;
      for (long back = sequence; back > Math.max(100, sequence - 700); back--) {
        final boolean isThere = ring.read(back, frame);
        assertFalse(isThere && !isStillThere, "the window has one edge");
        isStillThere = isThere;
        if (isThere) {
          assertEquals(back, frame.journalSequence());
        }
      }
    }
    assertFalse(ring.read(ring.lastSequence() + 1, frame));
    assertFalse(ring.read(101, frame));
  }

  @Test
  void shouldStampGrowingTimesBehindAClockThatWasAhead() {
    append(1);
    final long first = ring.lastTimeNs();
    final MessageView message = message(1);
    ring.tryAppend(RecordType.MESSAGE, Origin.NATS, 0, 1, 1, 0, 0, 0, first - 1_000_000, message);
    assertEquals(first + 1, ring.lastTimeNs());
  }

  @Test
  void shouldRefuseFramesThatCouldNeverFit() {
    assertEquals(Pressure.TOO_LARGE, append(CAPACITY / 3));
  }

  private void drain() {
    while (ring.drainTo(journal, 10_000) != 0) {
      assertTrue(ring.appendedSequence() > 100);
    }
  }

  private long append(final int payloadLength) {
    return ring.tryAppend(
        RecordType.MESSAGE, Origin.NATS, 0, 1, 1, 0, 0, 0, 2_000, message(payloadLength));
  }

  private static MessageView message(final int payloadLength) {
    final MessageView message = new MessageView();
    message.subject().wrap(Slice.of("fleet.a.telemetry"));
    message.payload().wrap(Slice.of(new byte[payloadLength]));
    return message;
  }
}
