package io.mothership.jetstream.stream;

import io.mothership.jetstream.index.StreamIndex;
import io.mothership.jetstream.index.SubjectTable;
import org.agrona.collections.Int2IntCounterMap;

/**
 * What a stream holds at its commit position, at one moment: what was taken in and is not kept yet
 * counts nowhere, so that all numbers are of the same messages.
 *
 * <p><i>Thread:</i> ms-dispatch; of use until the stream changes. <i>Allocates:</i> per use; takes
 * time with the messages that are not committed.
 */
public final class CommittedState {
  private final StreamIndex index;
  private final long lastSequence;
  private final Int2IntCounterMap hidden = new Int2IntCounterMap(0);
  private final long messages;
  private final long bytes;
  private final int subjects;

  CommittedState(final StreamIndex index, final long committed) {
    this.index = index;
    this.lastSequence = committed;
    long count = index.count();
    long size = index.bytes();
    int shown = index.subjects().count();
    for (long at = index.nextPresent(committed + 1);
        at <= index.last();
        at = index.nextPresent(at + 1)) {
      final int subject = index.subjectId(at);
      if (hidden.incrementAndGet(subject) == index.subjects().count(subject)) {
        shown--;
      }
      count--;
      size -= index.size(at);
    }
    this.messages = count;
    this.bytes = size;
    this.subjects = shown;
  }

  public long messages() {
    return messages;
  }

  /** As the stream's limits count them. */
  public long bytes() {
    return bytes;
  }

  /** Subjects that have messages. */
  public int subjects() {
    return subjects;
  }

  /** Messages of a subject by its id in {@link SubjectTable}. */
  public long count(final int subjectId) {
    return index.subjects().count(subjectId) - hidden.get(subjectId);
  }

  /** Sequence of the oldest message, or one more than the last. */
  public long firstSequence() {
    return messages == 0 ? lastSequence + 1 : index.first();
  }

  public long lastSequence() {
    return lastSequence;
  }

  /** Record time of the oldest message, 0 = none. */
  public long firstTimeNs() {
    return messages == 0 ? 0 : index.timeNs(index.first());
  }

  /** Record time of the newest message, which may be gone; 0 = none there is anything known of. */
  public long lastTimeNs() {
    if (lastSequence >= index.last()) {
      return index.lastTimeNs();
    }
    final long newest = index.previousPresent(lastSequence);
    return newest == 0 ? 0 : index.timeNs(newest);
  }
}
