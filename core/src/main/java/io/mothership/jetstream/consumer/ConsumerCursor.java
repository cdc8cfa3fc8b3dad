package io.mothership.jetstream.consumer;

import io.mothership.clock.Rfc3339;
import io.mothership.frame.HotPath;
import io.mothership.jetstream.index.SubjectFilter;
import io.mothership.jetstream.index.SubjectTable;
import io.mothership.jetstream.model.ConsumerConfig;
import io.mothership.jetstream.model.DeliverPolicy;
import io.mothership.jetstream.stream.Stream;
import java.util.Arrays;
import org.agrona.collections.LongArrayList;

/**
 * Which of a stream's messages a consumer has yet to deliver for the first time, in stream order,
 * and how many there are.
 *
 * <p>A message is first <i>read</i> ({@link #read}), then <i>passed</i> ({@link #pass}) when it was
 * delivered: between lie the messages whose bytes are on their way from disk.
 *
 * <p><i>Thread:</i> ms-dispatch. <i>Allocates:</i> nothing per message.
 */
final class ConsumerCursor {
  /** {@link #peek}: there is nothing to deliver for now. */
  static final long NOTHING = 0;

  /** {@link #peek}: look again in the next duty cycle. */
  static final long LOOK_AGAIN = -1;

  private static final int LOOK_LIMIT = 4096;
  private static final long[] NO_LIST = {};

  private final Stream stream;
  private SubjectFilter filter;
  private long next;
  private long read;
  private long counted;
  private long pending;

  /**
   * The newest message of each subject, for {@code last_per_subject}; then it goes on after {@link
   * #resume}.
   */
  private long[] list = NO_LIST;

  private int listNext;
  private int listRead;
  private long resume;

  ConsumerCursor(final Stream stream, final ConsumerConfig config) {
    this.stream = stream;
    this.filter = stream.filter(config.filters());
  }

  SubjectFilter filter() {
    return filter;
  }

  /** The lowest sequence that was neither delivered nor passed over. */
  long next() {
    return next;
  }

  /** About what it takes of the heap. */
  long heapBytes() {
    return (long) list.length * Long.BYTES + filter.heapBytes();
  }

  /** Messages that match and were not delivered yet. */
  long pending() {
    return pending;
  }

  /** Chooses where to start in a stream as it is now. */
  void start(final ConsumerConfig config) {
    final long first = stream.firstSequence();
    final long last = stream.committedSequence();
    final long chosen =
        switch (config.deliverPolicy()) {
          case ALL -> first;
          case NEW -> last + 1;
          case LAST -> lastMatching();
          case BY_START_SEQUENCE -> config.startSequence();
          case BY_START_TIME ->
              stream.index().firstAt(config.startTime().map(Rfc3339::epochNs).orElse(0L));
          case LAST_PER_SUBJECT -> first;
        };
    if (config.deliverPolicy() == DeliverPolicy.BY_START_SEQUENCE) {
      startAt(Math.max(chosen, first));
    } else {
      startAt(Math.clamp(chosen, Math.min(first, last + 1), last + 1));
    }
    if (config.deliverPolicy() == DeliverPolicy.LAST_PER_SUBJECT) {
      list(1, last);
    }
    recount();
  }

  /** Goes on at a sequence; {@link #recount} is due. */
  void startAt(final long sequence) {
    next = Math.max(1, sequence);
    read = next;
    list = NO_LIST;
    listNext = 0;
    listRead = 0;
    resume = 0;
  }

  /**
   * Takes over a {@code last_per_subject} start of which everything below {@code from} is
   * delivered.
   */
  void resumeList(final long from, final long end) {
    list(from, end);
    recount();
  }

  /**
   * Where the newest messages per subject end that were there at the start; 0 = not such a
   * consumer.
   */
  long resume() {
    return resume;
  }

  private void list(final long from, final long end) {
    final LongArrayList found = new LongArrayList();
    final SubjectTable subjects = stream.index().subjects();
    for (int id = 0; id < subjects.idLimit(); id++) {
      if (subjects.count(id) == 0 || !filter.matches(id)) {
        continue;
      }
      long at = subjects.last(id);
      while (at > end) {
        at = stream.index().previousSame(at);
      }
      if (at >= from) {
        found.addLong(at);
      }
    }
    list = found.toLongArray();
    Arrays.sort(list);
    listNext = 0;
    listRead = 0;
    resume = end;
    next = list.length == 0 ? Math.max(next, end + 1) : list[0];
    read = next;
  }

  void filter(final ConsumerConfig config) {
    filter = stream.filter(config.filters());
    recount();
  }

  /** Counts anew. Looks at every message in the worst case. */
  void recount() {
    counted = stream.committedSequence();
    if (listNext < list.length) {
      pending = stream.countMatching(resume + 1, filter);
      for (int i = listNext; i < list.length; i++) {
        pending += stream.index().isPresent(list[i]) ? 1 : 0;
      }
    } else {
      pending = next > counted ? 0 : stream.countMatching(next, filter);
    }
  }

  /**
   * A message became visible.
   *
   * @return whether it is one to deliver
   */
  @HotPath
  boolean onCommitted(final long sequence, final int subjectId) {
    counted = Math.max(counted, sequence);
    if (sequence >= next && filter.matches(subjectId)) {
      pending++;
      return true;
    }
    return false;
  }

  /** A message is about to go from the stream. */
  void onRemoving(final long sequence, final int subjectId) {
    if (sequence <= counted && isAhead(sequence) && filter.matches(subjectId)) {
      pending = Math.max(0, pending - 1);
    }
  }

  /** Everything below the stream's first message is gone. */
  void onPurged() {
    final long first = stream.firstSequence();
    if (next < first) {
      next = first;
      read = Math.max(read, first);
    }
    recount();
  }

  /** Whether a sequence is still to be delivered, if it is there and matches. */
  boolean isAhead(final long sequence) {
    if (listNext < list.length) {
      return sequence > resume || Arrays.binarySearch(list, listNext, list.length, sequence) >= 0;
    }
    return sequence >= next;
  }

  /**
   * The next message to read; does not move.
   *
   * @return its sequence, {@link #NOTHING} or {@link #LOOK_AGAIN}
   */
  @HotPath
  long peek() {
    while (listRead < list.length) {
      if (stream.index().isPresent(list[listRead])) {
        return list[listRead];
      }
      listRead++;
      read = listRead < list.length ? list[listRead] : resume + 1;
    }
    final long found = stream.nextMatching(read, filter, LOOK_LIMIT);
    if (found > 0) {
      return found;
    }
    final boolean isIdle = read == next && listNext == listRead;
    read = -found;
    if (isIdle) {
      next = read;
    }
    return read > stream.committedSequence() ? NOTHING : LOOK_AGAIN;
  }

  /** The message last peeked is being read. */
  @HotPath
  void read(final long sequence) {
    if (listRead < list.length) {
      listRead++;
      read = listRead < list.length ? list[listRead] : resume + 1;
    } else {
      read = sequence + 1;
    }
  }

  /** A message that was read is delivered, or turned out to be gone. */
  @HotPath
  void pass(final long sequence, final boolean isDelivered) {
    if (listNext < list.length) {
      while (listNext < listRead && list[listNext] <= sequence) {
        listNext++;
      }
      next = listNext < list.length ? list[listNext] : resume + 1;
    } else {
      next = sequence + 1;
    }
    if (isDelivered) {
      pending = Math.max(0, pending - 1);
    }
  }

  /** Forgets what was read and not passed: it will be read again. */
  void unread() {
    listRead = listNext;
    read = next;
  }

  private long lastMatching() {
    final long last = stream.committedSequence();
    if (filter.isAll()) {
      return Math.max(1, last);
    }
    final SubjectTable subjects = stream.index().subjects();
    long found = 0;
    for (int id = 0; id < subjects.idLimit(); id++) {
      if (subjects.count(id) > 0 && filter.matches(id)) {
        found = Math.max(found, stream.lastCommittedOf(id));
      }
    }
    return found == 0 ? stream.firstSequence() : found;
  }
}
