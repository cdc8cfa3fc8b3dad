package io.mothership.journal;

import org.agrona.collections.IntArrayList;
import org.agrona.collections.LongArrayList;

/**
 * Messages that were moved within the journal, in the order of their moving.
 *
 * <p><i>Thread:</i> one at a time.
 */
public final class Relocations {
  private final IntArrayList streamIds = new IntArrayList();
  private final LongArrayList sequences = new LongArrayList();
  private final LongArrayList locations = new LongArrayList();

  public void add(final int streamId, final long streamSequence, final long location) {
    streamIds.addInt(streamId);
    sequences.addLong(streamSequence);
    locations.addLong(location);
  }

  /** Takes over all of another's. */
  public void addAll(final Relocations other) {
    for (int i = 0; i < other.count(); i++) {
      add(other.streamId(i), other.streamSequence(i), other.location(i));
    }
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
