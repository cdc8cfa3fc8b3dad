package io.mothership.storage.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.frame.FrameView;
import io.mothership.journal.Checkpoint;
import io.mothership.journal.Journal;
import io.mothership.journal.JournalReader;
import io.mothership.journal.RecoveryListener;
import io.mothership.journal.StateDecoder;
import io.mothership.journal.TestFrames;
import java.util.ArrayList;
import java.util.List;

/** Remembers what a recovery handed over, insisting that each frame is the one of its sequence. */
public final class RecordedFrames implements RecoveryListener {
  private final TestFrames expected;
  private final List<Long> sequences = new ArrayList<>();
  private final List<Long> locations = new ArrayList<>();

  public RecordedFrames(final int payloadLengthMax) {
    this.expected = new TestFrames(payloadLengthMax);
  }

  @Override
  public boolean onCheckpoint(final Checkpoint checkpoint, final StateDecoder state) {
    return false;
  }

  @Override
  public void onFrame(final FrameView frame, final long location) {
    assertTrue(expected.isGenuine(frame), "frame differs from what was appended");
    sequences.add(frame.journalSequence());
    locations.add(location);
  }

  public List<Long> sequences() {
    return sequences;
  }

  public List<Long> locations() {
    return locations;
  }

  public long last() {
    return sequences.isEmpty() ? 0 : sequences.getLast();
  }

  /** Every sequence from the first one on, once, in order. */
  public void assertUnbroken() {
    for (int i = 0; i < sequences.size(); i++) {
      assertEquals(i + 1, sequences.get(i));
    }
  }

  /** A walk through a reader finds the same frames at the same places. */
  public void assertReadable(final Journal journal) {
    final FrameView frame = new FrameView();
    try (JournalReader reader = journal.reader()) {
      long location = reader.first();
      for (int i = 0; i < sequences.size(); i++) {
        assertEquals(locations.get(i), location);
        assertTrue(reader.read(location, frame));
        assertEquals(sequences.get(i), frame.journalSequence());
        assertTrue(expected.isGenuine(frame));
        location = reader.next(location);
      }
      assertEquals(Journal.NOWHERE, location);
    }
  }
}
