package io.mothership.storage.retention;

import io.mothership.journal.FrozenState;
import io.mothership.journal.Location;
import io.mothership.storage.recovery.SegmentIndex;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.agrona.collections.IntHashSet;

/**
 * The messages that live in some segments, in the order of the journal.
 *
 * <p><i>Thread:</i> one.
 */
final class LiveMessages {

  /** One of them. */
  record Message(int streamId, long streamSequence, long location) {}

  private LiveMessages() {}

  static List<Message> of(final FrozenState state, final List<SegmentIndex> segments) {
    final IntHashSet wanted = new IntHashSet();
    segments.forEach(segment -> wanted.add(segment.segment()));
    final List<Message> found = new ArrayList<>();
    state.forEachMessage(
        (streamId, sequence, location, size) -> {
          if (wanted.contains(Location.segment(location))) {
            found.add(new Message(streamId, sequence, location));
          }
        });
    found.sort(Comparator.comparingLong(Message::location));
    return found;
  }
}
