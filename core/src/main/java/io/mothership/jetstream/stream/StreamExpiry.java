package io.mothership.jetstream.stream;

import io.mothership.bus.Pressure;
import io.mothership.frame.MessageView;
import io.mothership.frame.codec.RecordType;
import io.mothership.jetstream.index.StreamIndex;
import io.mothership.jetstream.model.Deadline;
import io.mothership.journal.StateDecoder;
import io.mothership.journal.StateEncoder;
import java.util.Arrays;
import org.agrona.collections.LongHashSet;

/**
 * Lets messages go by age: the stream's {@code max_age} and each message's own TTL. If configured,
 * the last message of a subject leaves a marker behind, which rolls it up: in recovery too, only
 * the marker's record removes that message.
 *
 * <p>What goes before an older message is recorded: a start whose clock is behind would find it
 * there, and a limit would take the older one in its place. What goes as the oldest needs no
 * record, as it is what a limit takes first.
 *
 * <p><i>Thread:</i> ms-dispatch. <i>Allocates:</i> when the heap of TTLs grows. Deadlines are
 * record times plus ages, compared with {@link StreamHome#ageNowNs}, which a step of the wall clock
 * does not move.
 */
final class StreamExpiry {
  private static final int BATCH = 4096;

  /** Records written at a time: they take room that others count on. */
  private static final int RECORDS_MAX = 256;

  private static final int HEAP_MIN = 16;
  private static final long NO_TIMER = -1;
  private static final MessageView NOTHING = new MessageView();

  private final StreamHome owner;
  private final Stream stream;
  private final Runnable task = this::onTimer;
  private final LongHashSet markers = new LongHashSet();
  private final LongHashSet ageless = new LongHashSet();
  private long[] deadlines = new long[HEAP_MIN];
  private long[] sequences = new long[HEAP_MIN];
  private int count;

  /** Everything below is gone or ageless. */
  private long agingFrom;

  private int recordsLeft;
  private long timer = NO_TIMER;
  private long timerDeadlineNs;

  StreamExpiry(final StreamHome owner, final Stream stream) {
    this.owner = owner;
    this.stream = stream;
  }

  /** {@code isMarker} tells that nothing is left behind when this message goes. */
  void onAdded(final long sequence, final long timeNs, final long ttlNs, final boolean isMarker) {
    if (isMarker) {
      markers.add(sequence);
    }
    if (ttlNs > 0) {
      push(Deadline.after(timeNs, ttlNs), sequence);
    } else if (ttlNs == StreamIntake.TTL_NEVER) {
      ageless.add(sequence);
    }
    if (owner.isLive() && (ttlNs > 0 || timer == NO_TIMER)) {
      reschedule();
    }
  }

  /** A message has gone, for whatever reason. */
  void onRemoved(final long sequence) {
    if (!markers.isEmpty()) {
      markers.remove(sequence);
    }
    if (!ageless.isEmpty()) {
      ageless.remove(sequence);
    }
  }

  /** About what it takes of the heap. */
  long heapBytes() {
    return 2L * Long.BYTES * deadlines.length
        + 2L * Long.BYTES * (markers.capacity() + ageless.capacity());
  }

  /** Drops everything due at a time, unless too many records would come of it. */
  void expire(final long nowNs) {
    expire(nowNs, Integer.MAX_VALUE, RECORDS_MAX);
  }

  /** Drops what is due and needs no record: nobody makes room in the journal's ring yet. */
  void expireUnrecorded(final long nowNs) {
    expire(nowNs, Integer.MAX_VALUE, 0);
  }

  /** Bytes that it takes more of the heap for another message with a TTL. */
  long growthBytes() {
    return count == deadlines.length ? 2L * Long.BYTES * deadlines.length : 0;
  }

  /** Everything as it is now. */
  Frozen freeze() {
    owner.freezing().onCopied(Long.BYTES * (2 * count + markers.size() + ageless.size()));
    return new Frozen(
        Arrays.copyOf(deadlines, count),
        Arrays.copyOf(sequences, count),
        toArray(markers),
        toArray(ageless));
  }

  /** Takes the place of what was frozen; nothing is known here yet. */
  void restore(final StateDecoder in) {
    count = in.count(2 * Long.BYTES);
    final int length = Math.max(deadlines.length, count);
    deadlines = new long[length];
    sequences = new long[length];
    in.longs(deadlines, 0, count);
    in.longs(sequences, 0, count);
    for (int left = in.count(Long.BYTES); left > 0; left--) {
      markers.add(in.i64());
    }
    for (int left = in.count(Long.BYTES); left > 0; left--) {
      ageless.add(in.i64());
    }
  }

  private static long[] toArray(final LongHashSet set) {
    final long[] values = new long[set.size()];
    int at = 0;
    for (final LongHashSet.LongIterator each = set.iterator(); each.hasNext(); ) {
      values[at++] = each.nextValue();
    }
    return values;
  }

  /** The heap of TTLs, the markers and what no age removes, at one moment. */
  record Frozen(long[] deadlines, long[] sequences, long[] markers, long[] ageless) {
    void encode(final StateEncoder out) {
      out.i32(deadlines.length)
          .longs(deadlines, 0, deadlines.length)
          .longs(sequences, 0, sequences.length)
          .i32(markers.length)
          .longs(markers, 0, markers.length)
          .i32(ageless.length)
          .longs(ageless, 0, ageless.length);
    }
  }

  /** Sets the timer for what is due next. */
  void reschedule() {
    if (!owner.isLive()) {
      return;
    }
    final long next = nextDeadlineNs();
    if (timer != NO_TIMER) {
      if (next != Long.MAX_VALUE && next >= timerDeadlineNs) {
        return;
      }
      cancel();
    }
    if (next != Long.MAX_VALUE) {
      timerDeadlineNs = next;
      final long delayNs = Math.max(0, next - owner.ageNowNs());
      timer = owner.exchange().schedule(owner.exchange().monotonicNs() + delayNs, task);
    }
  }

  void cancel() {
    if (timer != NO_TIMER) {
      owner.exchange().cancel(timer);
      timer = NO_TIMER;
    }
  }

  private void onTimer() {
    timer = NO_TIMER;
    if (!stream.isDeleted()) {
      expire(owner.ageNowNs(), BATCH, RECORDS_MAX);
      reschedule();
    }
  }

  private void expire(final long nowNs, final int limit, final int recordsMax) {
    recordsLeft = recordsMax;
    final StreamIndex index = stream.index();
    final long ageMaxNs = stream.config().ageMaxNs();
    int done = 0;
    if (ageMaxNs > 0) {
      for (long at = oldestAging();
          at <= index.last() && done < limit && nowNs - index.timeNs(at) >= ageMaxNs;
          at = oldestAging()) {
        if (!tryExpire(at)) {
          return;
        }
        done++;
      }
    }
    while (count > 0
        && deadlines[0] <= nowNs
        && done < limit
        && (!index.isPresent(sequences[0]) || tryExpire(sequences[0]))) {
      pop();
      done++;
    }
  }

  private long oldestAging() {
    final StreamIndex index = stream.index();
    long at = index.nextPresent(agingFrom);
    while (!ageless.isEmpty() && ageless.contains(at)) {
      at = index.nextPresent(at + 1);
    }
    agingFrom = at;
    return at;
  }

  /** False if a record must be written for it and that cannot be done now. */
  private boolean tryExpire(final long sequence) {
    final StreamIndex index = stream.index();
    final int subject = index.subjectId(sequence);
    final boolean isMarked =
        stream.config().subjectDeleteMarkerTtlNs() > 0
            && index.subjects().count(subject) == 1
            && !markers.contains(sequence);
    if (!owner.isLive()) {
      return !isMarked && stream.drop(sequence);
    }
    if (!isMarked && (sequence == index.first() || stream.config().isMemory())) {
      return stream.drop(sequence);
    }
    if (recordsLeft == 0) {
      return false;
    }
    recordsLeft--;
    return isMarked
        ? stream.intake().tryMark(index.subjects().subject(subject))
        : tryRecord(sequence) && stream.drop(sequence);
  }

  private boolean tryRecord(final long sequence) {
    final long journalSequence =
        owner
            .exchange()
            .tryAppend(
                RecordType.DELETE, stream.accountId(), stream.id(), sequence, false, 0, NOTHING);
    // Of a journal that takes nothing any more, no start finds what would rely on the record.
    return journalSequence >= 0 || journalSequence == Pressure.CLOSED;
  }

  private long nextDeadlineNs() {
    final StreamIndex index = stream.index();
    final long ageMaxNs = stream.config().ageMaxNs();
    long byAge = Long.MAX_VALUE;
    if (ageMaxNs > 0) {
      final long oldest = oldestAging();
      byAge =
          oldest <= index.last() ? Deadline.after(index.timeNs(oldest), ageMaxNs) : Long.MAX_VALUE;
    }
    return count > 0 ? Math.min(byAge, deadlines[0]) : byAge;
  }

  private void push(final long deadlineNs, final long sequence) {
    if (count == deadlines.length) {
      makeRoom();
    }
    int at = count++;
    while (at > 0 && deadlines[(at - 1) >>> 1] > deadlineNs) {
      final int parent = (at - 1) >>> 1;
      deadlines[at] = deadlines[parent];
      sequences[at] = sequences[parent];
      at = parent;
    }
    deadlines[at] = deadlineNs;
    sequences[at] = sequence;
  }

  /**
   * Forgets the messages that went before their time: of a key whose every value has a TTL only the
   * last one is there. Grows, or shrinks, so that half is free then.
   */
  private void makeRoom() {
    final long[] oldDeadlines = deadlines;
    final long[] oldSequences = sequences;
    int left = 0;
    for (final long sequence : sequences) {
      left += stream.index().isPresent(sequence) ? 1 : 0;
    }
    final int length = Math.max(HEAP_MIN, left * 2);
    deadlines = new long[length];
    sequences = new long[length];
    count = 0;
    for (int i = 0; i < oldSequences.length; i++) {
      if (stream.index().isPresent(oldSequences[i])) {
        push(oldDeadlines[i], oldSequences[i]);
      }
    }
  }

  private void pop() {
    final long deadlineNs = deadlines[--count];
    final long sequence = sequences[count];
    int at = 0;
    for (int child = 1; child < count; child = 2 * at + 1) {
      if (child + 1 < count && deadlines[child + 1] < deadlines[child]) {
        child++;
      }
      if (deadlines[child] >= deadlineNs) {
        break;
      }
      deadlines[at] = deadlines[child];
      sequences[at] = sequences[child];
      at = child;
    }
    deadlines[at] = deadlineNs;
    sequences[at] = sequence;
  }
}
