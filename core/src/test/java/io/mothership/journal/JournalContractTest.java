package io.mothership.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.mothership.error.MothershipException;
import io.mothership.frame.FrameEncoder;
import io.mothership.frame.FrameView;
import java.lang.management.ManagementFactory;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every {@link Journal} does; its implementations' tests extend this. */
public abstract class JournalContractTest {
  private static final int PAYLOAD_MAX = 300;
  private static final int EPOCH = 1;

  private final TestFrames frames = new TestFrames(PAYLOAD_MAX);
  private Journal journal;

  /** An empty journal with segments of about 64 KiB, so that a few hundred frames roll. */
  protected abstract Journal newJournal();

  @BeforeEach
  final void open() {
    journal = newJournal();
  }

  @AfterEach
  final void close() {
    journal.close();
  }

  protected final Journal journal() {
    return journal;
  }

  protected final TestFrames frames() {
    return frames;
  }

  protected final long[] appendAll(final int count) {
    final long[] locations = new long[count + 1];
    for (int sequence = 1; sequence <= count; sequence++) {
      locations[sequence] = frames.append(journal, sequence, EPOCH);
    }
    return locations;
  }

  @Test
  final void shouldBeEmptyAtFirst() {
    try (JournalReader reader = journal.reader()) {
      assertEquals(Journal.NOWHERE, reader.first());
      assertEquals(Journal.NOWHERE, reader.seekSequence(0));
      assertEquals(Journal.NOWHERE, reader.seekTime(0));
      assertFalse(reader.read(Location.of(1, 64), new FrameView()));
    }
  }

  @Test
  final void shouldReadEveryFrameAtItsLocation() {
    final long[] locations = appendAll(2000);
    try (JournalReader reader = journal.reader()) {
      final FrameView frame = new FrameView();
      for (int sequence = 2000; sequence > 0; sequence--) {
        assertTrue(reader.read(locations[sequence], frame));
        assertEquals(sequence, frame.journalSequence());
        assertTrue(frames.isGenuine(frame));
      }
    }
  }

  @Test
  final void shouldRollAndGrowLocationsWithTheSequence() {
    final long[] locations = appendAll(2000);
    for (int sequence = 2; sequence <= 2000; sequence++) {
      assertTrue(locations[sequence] > locations[sequence - 1]);
    }
    assertNotEquals(Location.segment(locations[1]), Location.segment(locations[2000]));
  }

  @Test
  final void shouldWalkInOrderAcrossSegments() {
    final long[] locations = appendAll(2000);
    try (JournalReader reader = journal.reader()) {
      long location = reader.first();
      for (int sequence = 1; sequence <= 2000; sequence++) {
        assertEquals(locations[sequence], location);
        location = reader.next(location);
      }
      assertEquals(Journal.NOWHERE, location);
    }
  }

  @Test
  final void shouldFollowTheEnd() {
    appendAll(10);
    try (JournalReader reader = journal.reader()) {
      final long last = reader.seekSequence(10);
      assertEquals(Journal.NOWHERE, reader.next(last));
      final long eleventh = frames.append(journal, 11, EPOCH);
      assertEquals(eleventh, reader.next(last));
    }
  }

  @Test
  final void shouldSeekSequences() {
    final long[] locations = appendAll(2000);
    try (JournalReader reader = journal.reader()) {
      for (int sequence = 1; sequence <= 2000; sequence += 13) {
        assertEquals(locations[sequence], reader.seekSequence(sequence));
      }
      assertEquals(locations[1], reader.seekSequence(Long.MIN_VALUE));
      assertEquals(Journal.NOWHERE, reader.seekSequence(2001));
    }
  }

  @Test
  final void shouldSeekTheNextSequenceAfterAGap() {
    frames.append(journal, 5, EPOCH);
    final long after = frames.append(journal, 100, EPOCH);
    try (JournalReader reader = journal.reader()) {
      assertEquals(after, reader.seekSequence(6));
    }
  }

  @Test
  final void shouldSeekTimes() {
    final long[] locations = appendAll(2000);
    try (JournalReader reader = journal.reader()) {
      for (int sequence = 2; sequence <= 2000; sequence += 17) {
        assertEquals(locations[sequence], reader.seekTime(TestFrames.timeNs(sequence)));
        assertEquals(locations[sequence], reader.seekTime(TestFrames.timeNs(sequence) - 1));
      }
      assertEquals(locations[1], reader.seekTime(0));
      assertEquals(Journal.NOWHERE, reader.seekTime(TestFrames.timeNs(2000) + 1));
    }
  }

  @Test
  final void shouldRefuseLocationsOfNothing() {
    final long[] locations = appendAll(50);
    final FrameView frame = new FrameView();
    try (JournalReader reader = journal.reader()) {
      assertFalse(reader.read(Journal.NOWHERE, frame));
      assertFalse(reader.read(Location.of(999, 64), frame));
      assertFalse(reader.read(locations[20] + 4, frame));
      assertFalse(reader.read(locations[20] + 1, frame));
      assertFalse(reader.read(locations[50] + 1_000_000, frame));
      assertFalse(reader.read(Location.of(Location.segment(locations[1]), -8), frame));
    }
  }

  @Test
  final void shouldTakeFramesOfManyLengths() {
    final TestFrames big = new TestFrames(40_000);
    for (int sequence = 1; sequence <= 60; sequence++) {
      big.append(journal, sequence, EPOCH);
    }
    final FrameView frame = new FrameView();
    try (JournalReader reader = journal.reader()) {
      long location = reader.first();
      for (int sequence = 1; sequence <= 60; sequence++) {
        assertTrue(reader.read(location, frame));
        assertEquals(sequence, frame.journalSequence());
        assertTrue(big.isGenuine(frame));
        location = reader.next(location);
      }
    }
  }

  @Test
  final void shouldLetReadersFollowTheAppender() throws InterruptedException {
    final int count = 20_000;
    final AtomicReference<Throwable> failure = new AtomicReference<>();
    final AtomicLong seen = new AtomicLong();
    final Thread follower =
        Thread.ofPlatform()
            .start(
                () -> {
                  try (JournalReader reader = journal.reader()) {
                    follow(reader, count, seen);
                  } catch (final Throwable e) {
                    failure.set(e);
                  }
                });
    appendAll(count);
    journal.sync();
    follower.join();
    assertNull(failure.get());
    assertEquals(count, seen.get());
  }

  private static void follow(final JournalReader reader, final int count, final AtomicLong seen) {
    final TestFrames expected = new TestFrames(PAYLOAD_MAX);
    final FrameView frame = new FrameView();
    long location = Journal.NOWHERE;
    long sequence = 0;
    while (sequence < count) {
      final long next = location == Journal.NOWHERE ? reader.first() : reader.next(location);
      if (next == Journal.NOWHERE) {
        Thread.onSpinWait();
        continue;
      }
      assertTrue(reader.read(next, frame));
      assertEquals(sequence + 1, frame.journalSequence());
      assertTrue(expected.isGenuine(frame));
      sequence++;
      location = next;
      seen.set(sequence);
    }
  }

  @Test
  final void shouldAllocateNothingPerAppendAndRead() {
    final int length = frames.encode(1, EPOCH);
    final FrameView frame = new FrameView();
    final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (JournalReader reader = journal.reader()) {
      long sequence = 1;
      long least = Long.MAX_VALUE;
      // A roll allocates a little: of many stretches within a segment, most must allocate nothing.
      for (int stretch = 0; stretch < 400; stretch++) {
        final long before = threads.getCurrentThreadAllocatedBytes();
        final long location = appendMany(sequence, 50, length);
        readMany(reader, location, frame, 50);
        final long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        sequence += 50;
        least = stretch < 200 ? least : Math.min(least, allocated);
      }
      assertEquals(0, least, "bytes per 50 appends and reads");
    }
  }

  private long appendMany(final long first, final int count, final int length) {
    long location = Journal.NOWHERE;
    for (int i = 0; i < count; i++) {
      FrameEncoder.stamp(frames.buffer(), 0, 3, 1, first + i, 1, EPOCH, 0);
      location = journal.append(frames.buffer(), 0, length);
    }
    return location;
  }

  private static void readMany(
      final JournalReader reader, final long location, final FrameView frame, final int count) {
    for (int i = 0; i < count; i++) {
      assertTrue(reader.read(location, frame));
    }
  }

  @Test
  final void shouldRefuseWritesWhenClosed() {
    appendAll(3);
    journal.close();
    journal.close();
    assertEquals(
        "JOURNAL_FAILED",
        assertThrows(MothershipException.class, () -> frames.append(journal, 4, EPOCH)).code());
    assertEquals("JOURNAL_FAILED", assertThrows(MothershipException.class, journal::sync).code());
  }

  @Test
  final void shouldRefuseFramesTooShort() {
    assertThrows(IllegalArgumentException.class, () -> journal.append(frames.buffer(), 0, 8));
  }
}
