package io.mothership.stream;

import io.mothership.bus.HotPath;
import io.mothership.bus.Slice;
import io.mothership.journal.FrozenState;
import io.mothership.journal.Journal;
import io.mothership.journal.StateDecoder;
import io.mothership.journal.StateEncoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.agrona.collections.LongArrayList;

/**
 * Where a stream's messages are: per sequence its journal location and sequence, time, size and
 * subject, and the chain of messages with the same subject. Sequences that are missing cost nothing
 * beyond their chunk.
 *
 * <p><i>Thread:</i> ms-dispatch. <i>Allocates:</i> a chunk per {@value #CHUNK_LENGTH} sequences,
 * reused when older ones empty; while a frozen state is in use, a copy of each chunk that changes.
 */
final class StreamIndex {
  static final int CHUNK_LENGTH = IndexChunk.LENGTH;

  private static final int CHUNK_SHIFT = 10;
  private static final int CHUNK_MASK = CHUNK_LENGTH - 1;
  private static final int SPARE_MAX = 4;

  private final Freezing freezing;
  private final SubjectTable subjects = new SubjectTable();
  private final IndexChunk[] spare = new IndexChunk[SPARE_MAX];
  private int spareCount;
  private IndexChunk[] chunks = new IndexChunk[4];
  private long chunkBase;
  private long first = 1;
  private long last;
  private long lastTimeNs;
  private long count;
  private long bytes;

  StreamIndex() {
    this(new Freezing());
  }

  StreamIndex(final Freezing freezing) {
    this.freezing = freezing;
  }

  SubjectTable subjects() {
    return subjects;
  }

  /** Sequence of the oldest message; {@code last + 1} if there is none. */
  long first() {
    return first;
  }

  /** The highest sequence given away. */
  long last() {
    return last;
  }

  /** Record time of the newest message there ever was, 0 = none. */
  long lastTimeNs() {
    return lastTimeNs;
  }

  long count() {
    return count;
  }

  long bytes() {
    return bytes;
  }

  /** Sequences between first and last that have no message. */
  long deletedCount() {
    return last - first + 1 - count;
  }

  boolean isPresent(final long sequence) {
    final IndexChunk chunk = chunk(sequence);
    return chunk != null && chunk.subjectIds[(int) sequence & CHUNK_MASK] != SubjectTable.NONE;
  }

  /** Id of the message's subject, or {@link SubjectTable#NONE} if there is no such message. */
  int subjectId(final long sequence) {
    final IndexChunk chunk = chunk(sequence);
    return chunk == null ? SubjectTable.NONE : chunk.subjectIds[(int) sequence & CHUNK_MASK];
  }

  /** Where the record lies, {@link Journal#NOWHERE} while it is only in the ring. */
  long location(final long sequence) {
    return chunk(sequence).locations[(int) sequence & CHUNK_MASK];
  }

  long journalSequence(final long sequence) {
    return chunk(sequence).journalSequences[(int) sequence & CHUNK_MASK];
  }

  long timeNs(final long sequence) {
    return chunk(sequence).times[(int) sequence & CHUNK_MASK];
  }

  /** Bytes as the stream's limits count them. */
  int size(final long sequence) {
    return chunk(sequence).sizes[(int) sequence & CHUNK_MASK];
  }

  /** The next message with the same subject, 0 = none. */
  long nextSame(final long sequence) {
    return chunk(sequence).nextSame[(int) sequence & CHUNK_MASK];
  }

  /** The message before with the same subject, 0 = none. */
  long previousSame(final long sequence) {
    return chunk(sequence).previousSame[(int) sequence & CHUNK_MASK];
  }

  /** Adds the newest message; {@code sequence} is above {@link #last}. */
  @HotPath
  void add(
      final long sequence,
      final Slice subject,
      final int size,
      final long timeNs,
      final long journalSequence) {
    final int id = subjects.findOrAdd(subject.buffer(), subject.offset(), subject.length());
    final IndexChunk chunk = chunkFor(sequence);
    final int at = (int) sequence & CHUNK_MASK;
    final long previous = subjects.append(id, sequence);
    chunk.subjectIds[at] = id;
    chunk.locations[at] = Journal.NOWHERE;
    chunk.journalSequences[at] = journalSequence;
    chunk.times[at] = timeNs;
    chunk.sizes[at] = size;
    chunk.previousSame[at] = previous;
    chunk.nextSame[at] = 0;
    chunk.live++;
    if (previous != 0) {
      changing(previous).nextSame[(int) previous & CHUNK_MASK] = sequence;
    }
    if (count == 0) {
      first = sequence;
    }
    last = sequence;
    lastTimeNs = timeNs;
    count++;
    bytes += size;
  }

  /** Says where a message's record lies now; of no effect if the message is gone. */
  @HotPath
  void place(final long sequence, final long location) {
    if (isPresent(sequence)) {
      changing(sequence).locations[(int) sequence & CHUNK_MASK] = location;
    }
  }

  /**
   * Forgets a message.
   *
   * @return false if there is no such message
   */
  @HotPath
  boolean remove(final long sequence) {
    final int id = subjectId(sequence);
    if (id == SubjectTable.NONE) {
      return false;
    }
    final IndexChunk chunk = changing(sequence);
    final int at = (int) sequence & CHUNK_MASK;
    final long previous = chunk.previousSame[at];
    final long next = chunk.nextSame[at];
    if (previous != 0) {
      changing(previous).nextSame[(int) previous & CHUNK_MASK] = next;
    }
    if (next != 0) {
      changing(next).previousSame[(int) next & CHUNK_MASK] = previous;
    }
    subjects.remove(id, previous, next);
    chunk.subjectIds[at] = SubjectTable.NONE;
    count--;
    bytes -= chunk.sizes[at];
    if (--chunk.live == 0) {
      chunks[(int) ((sequence >>> CHUNK_SHIFT) - chunkBase)] = null;
      if (spareCount < SPARE_MAX) {
        spare[spareCount++] = chunk;
      }
    }
    if (sequence == first) {
      first = count == 0 ? last + 1 : nextPresent(sequence + 1);
    }
    return true;
  }

  /** Gives a sequence to a message that is not kept. */
  void skip(final long sequence, final long timeNs) {
    skipTo(sequence);
    lastTimeNs = timeNs;
  }

  /**
   * Leaves a gap: the next message comes after {@code sequence}, which is at least {@link #last}.
   */
  void skipTo(final long sequence) {
    last = sequence;
    if (count == 0) {
      first = sequence + 1;
    }
  }

  /**
   * Takes back sequences above {@code sequence}, whose messages were removed before: they were
   * never committed.
   */
  void rollBackTo(final long sequence) {
    last = sequence;
    if (count == 0) {
      first = sequence + 1;
    }
  }

  /** The first message at or after {@code sequence}; {@code last + 1} if there is none. */
  @HotPath
  long nextPresent(final long sequence) {
    long at = Math.max(sequence, first);
    while (at <= last) {
      final IndexChunk chunk = chunk(at);
      if (chunk == null) {
        at = (at | CHUNK_MASK) + 1;
        continue;
      }
      if (chunk.subjectIds[(int) at & CHUNK_MASK] != SubjectTable.NONE) {
        return at;
      }
      at++;
    }
    return last + 1;
  }

  /** The first message stored at or after a time; {@code last + 1} if there is none. */
  long firstAt(final long timeNs) {
    long low = first;
    long high = last + 1;
    while (low < high) {
      final long middle = (low + high) >>> 1;
      final long candidate = nextPresent(middle);
      if (candidate >= high) {
        high = middle;
      } else if (timeNs(candidate) < timeNs) {
        low = candidate + 1;
      } else {
        high = middle;
      }
    }
    return nextPresent(low);
  }

  /** Everything as it is now: costs a reference per chunk and a copy of the subjects' numbers. */
  Frozen freeze() {
    final List<IndexChunk> present = new ArrayList<>();
    final LongArrayList numbers = new LongArrayList();
    for (int at = 0; at < chunks.length; at++) {
      if (chunks[at] != null) {
        chunks[at].isFrozen = true;
        present.add(chunks[at]);
        numbers.addLong(chunkBase + at);
      }
    }
    return new Frozen(
        first,
        last,
        lastTimeNs,
        count,
        bytes,
        subjects.freeze(),
        numbers.toLongArray(),
        present.toArray(IndexChunk[]::new));
  }

  /** Takes the place of an index that was frozen; this one is empty. */
  void restore(final StateDecoder in) {
    first = in.i64();
    last = in.i64();
    lastTimeNs = in.i64();
    count = in.i64();
    bytes = in.i64();
    subjects.restore(in);
    final int present = in.count(Long.BYTES);
    chunkBase = first >>> CHUNK_SHIFT;
    for (int i = 0; i < present; i++) {
      final long number = in.i64();
      final int at = Math.toIntExact(number - chunkBase);
      if (at >= chunks.length) {
        chunks = Arrays.copyOf(chunks, Math.max(at + 1, Math.max(present, chunks.length * 2)));
      }
      final int live = in.i32();
      chunks[at] = new IndexChunk(in.bytes(), live);
    }
  }

  /** An index at one moment. */
  static final class Frozen {
    private final long first;
    private final long last;
    private final long lastTimeNs;
    private final long count;
    private final long bytes;
    private final SubjectTable.Frozen subjects;
    private final long[] numbers;
    private final IndexChunk[] chunks;

    private Frozen(
        final long first,
        final long last,
        final long lastTimeNs,
        final long count,
        final long bytes,
        final SubjectTable.Frozen subjects,
        final long[] numbers,
        final IndexChunk[] chunks) {
      this.first = first;
      this.last = last;
      this.lastTimeNs = lastTimeNs;
      this.count = count;
      this.bytes = bytes;
      this.subjects = subjects;
      this.numbers = numbers;
      this.chunks = chunks;
    }

    void encode(final StateEncoder out) {
      out.i64(first).i64(last).i64(lastTimeNs).i64(count).i64(bytes);
      subjects.encode(out);
      out.i32(chunks.length);
      final byte[] scratch = new byte[IndexChunk.PACKED_LENGTH_MAX];
      for (int i = 0; i < chunks.length; i++) {
        out.i64(numbers[i]).i32(chunks[i].live);
        if (chunks[i].isPacked()) {
          out.bytes(chunks[i].packed());
        } else {
          final int length = chunks[i].pack(scratch);
          out.i32(length).bytes(scratch, 0, length);
        }
      }
    }

    void forEachMessage(final int streamId, final FrozenState.MessageConsumer consumer) {
      for (int i = 0; i < chunks.length; i++) {
        final IndexChunk chunk = chunks[i].isPacked() ? chunks[i].unpacked() : chunks[i];
        for (int at = 0; at < CHUNK_LENGTH; at++) {
          if (chunk.subjectIds[at] != SubjectTable.NONE) {
            consumer.onMessage(
                streamId, (numbers[i] << CHUNK_SHIFT) + at, chunk.locations[at], chunk.sizes[at]);
          }
        }
      }
    }
  }

  private IndexChunk chunk(final long sequence) {
    if (sequence < first || sequence > last) {
      return null;
    }
    final long at = (sequence >>> CHUNK_SHIFT) - chunkBase;
    if (at < 0 || at >= chunks.length) {
      return null;
    }
    final IndexChunk found = chunks[(int) at];
    return found == null || !found.isPacked() ? found : unpack((int) at);
  }

  /** The first look at it since the start. */
  private IndexChunk unpack(final int at) {
    chunks[at] = chunks[at].unpacked();
    return chunks[at];
  }

  /** The chunk of a message that is there, to be written to. */
  @HotPath
  private IndexChunk changing(final long sequence) {
    final int at = (int) ((sequence >>> CHUNK_SHIFT) - chunkBase);
    if (chunks[at].isPacked()) {
      return unpack(at);
    }
    if (chunks[at].isFrozen && freezing.isUnderWay()) {
      thaw(at);
    }
    return chunks[at];
  }

  private void thaw(final int at) {
    chunks[at] = new IndexChunk(chunks[at]);
  }

  private IndexChunk chunkFor(final long sequence) {
    final long number = sequence >>> CHUNK_SHIFT;
    if (count == 0) {
      chunkBase = number;
    } else if (number - chunkBase >= chunks.length) {
      makeRoom(number);
    }
    final int at = (int) (number - chunkBase);
    if (chunks[at] == null) {
      chunks[at] = spareCount > 0 ? spare[--spareCount] : new IndexChunk();
      chunks[at].clear();
    } else if (chunks[at].isPacked()) {
      unpack(at);
    } else if (chunks[at].isFrozen && freezing.isUnderWay()) {
      thaw(at);
    }
    return chunks[at];
  }

  private void makeRoom(final long number) {
    final long newBase = first >>> CHUNK_SHIFT;
    final int shift = (int) Math.min(newBase - chunkBase, chunks.length);
    final int kept = chunks.length - shift;
    final long needed = number - newBase + 1;
    final IndexChunk[] target =
        needed > chunks.length / 2 + 1
            ? new IndexChunk[Math.toIntExact(Math.max(needed * 2, chunks.length))]
            : chunks;
    System.arraycopy(chunks, shift, target, 0, kept);
    Arrays.fill(target, kept, target.length, null);
    chunks = target;
    chunkBase = newBase;
  }
}
