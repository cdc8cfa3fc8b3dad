package io.mothership.journal;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.agrona.collections.IntArrayList;
import org.agrona.collections.LongArrayList;

/**
 * Messages that were moved within the journal, in the order of their moving, and those that were
 * found to be lost.
 *
 * <p><i>Thread:</i> one at a time.
 */
public final class Relocations {
  private final IntArrayList streamIds = new IntArrayList();
  private final LongArrayList sequences = new LongArrayList();
  private final LongArrayList locations = new LongArrayList();
  private final List<Lost> lost = new ArrayList<>();

  /** A message whose record cannot be read any more where it lay. */
  public record Lost(int streamId, long streamSequence, long location) {}

  public void add(final int streamId, final long streamSequence, final long location) {
    streamIds.addInt(streamId);
    sequences.addLong(streamSequence);
    locations.addLong(location);
  }

  public void addLost(final int streamId, final long streamSequence, final long location) {
    lost.add(new Lost(streamId, streamSequence, location));
  }

  /** Messages that nobody can read any more. */
  public List<Lost> lost() {
    return Collections.unmodifiableList(lost);
  }

  /** Takes over all of another's. */
  public void addAll(final Relocations other) {
    for (int i = 0; i < other.count(); i++) {
      add(other.streamId(i), other.streamSequence(i), other.location(i));
    }
    lost.addAll(other.lost);
  }

  public int count() {
    return streamIds.size();
  }

  public int streamId(final int index) {
    return streamIds.getInt(index);
  }

  public long streamSequence(final int index) {
    return sequences.getLong(index);
  }

  /** Where the message lies now. */
  public long location(final int index) {
    return locations.getLong(index);
  }
}
