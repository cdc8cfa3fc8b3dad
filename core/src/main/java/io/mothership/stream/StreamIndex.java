package io.mothership.stream;

import io.mothership.bus.HotPath;
import io.mothership.bus.Slice;
import io.mothership.journal.Journal;
import java.util.Arrays;

/**
 * Where a stream's messages are: per sequence its journal location and sequence, time, size and
 * subject, and the chain of messages with the same subject. Sequences that are missing cost nothing
 * beyond their chunk.
 *
 * <p><i>Thread:</i> ms-dispatch. <i>Allocates:</i> a chunk per {@value #CHUNK_LENGTH} sequences,
 * reused when older ones empty.
 */
final class StreamIndex {
  static final int CHUNK_LENGTH = 1024;

  private static final int CHUNK_SHIFT = 10;
  private static final int CHUNK_MASK = CHUNK_LENGTH - 1;
  private static final int SPARE_MAX = 4;

  private final SubjectTable subjects = new SubjectTable();
  private final Chunk[] spare = new Chunk[SPARE_MAX];
  private int spareCount;
  private Chunk[] chunks = new Chunk[4];
  private long chunkBase;
  private long first = 1;
  private long last;
  private long lastTimeNs;
  private long count;
  private long bytes;

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
    final Chunk chunk = chunk(sequence);
    return chunk != null && chunk.subjectIds[(int) sequence & CHUNK_MASK] != SubjectTable.NONE;
  }

  /** Id of the message's subject, or {@link SubjectTable#NONE} if there is no such message. */
  int subjectId(final long sequence) {
    final Chunk chunk = chunk(sequence);
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
    final Chunk chunk = chunkFor(sequence);
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
      chunk(previous).nextSame[(int) previous & CHUNK_MASK] = sequence;
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
    final Chunk chunk = chunk(sequence);
    if (chunk != null) {
      chunk.locations[(int) sequence & CHUNK_MASK] = location;
    }
  }

  /**
   * Forgets a message.
   *
   * @return false if there is no such message
   */
  @HotPath
  boolean remove(final long sequence) {
    final Chunk chunk = chunk(sequence);
    if (chunk == null) {
      return false;
    }
    final int at = (int) sequence & CHUNK_MASK;
    final int id = chunk.subjectIds[at];
    if (id == SubjectTable.NONE) {
      return false;
    }
    final long previous = chunk.previousSame[at];
    final long next = chunk.nextSame[at];
    if (previous != 0) {
      chunk(previous).nextSame[(int) previous & CHUNK_MASK] = next;
    }
    if (next != 0) {
      chunk(next).previousSame[(int) next & CHUNK_MASK] = previous;
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
      final Chunk chunk = chunk(at);
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

  private Chunk chunk(final long sequence) {
    if (sequence < first || sequence > last) {
      return null;
    }
    final long at = (sequence >>> CHUNK_SHIFT) - chunkBase;
    return at < 0 || at >= chunks.length ? null : chunks[(int) at];
  }

  private Chunk chunkFor(final long sequence) {
    final long number = sequence >>> CHUNK_SHIFT;
    if (count == 0) {
      chunkBase = number;
    } else if (number - chunkBase >= chunks.length) {
      makeRoom(number);
    }
    final int at = (int) (number - chunkBase);
    if (chunks[at] == null) {
      chunks[at] = spareCount > 0 ? spare[--spareCount] : new Chunk();
      chunks[at].clear();
    }
    return chunks[at];
  }

  private void makeRoom(final long number) {
    final long newBase = first >>> CHUNK_SHIFT;
    final int shift = (int) Math.min(newBase - chunkBase, chunks.length);
    final int kept = chunks.length - shift;
    final long needed = number - newBase + 1;
    final Chunk[] target =
        needed > chunks.length / 2 + 1
            ? new Chunk[Math.toIntExact(Math.max(needed * 2, chunks.length))]
            : chunks;
    System.arraycopy(chunks, shift, target, 0, kept);
    Arrays.fill(target, kept, target.length, null);
    chunks = target;
    chunkBase = newBase;
  }

  private static final class Chunk {
    private final long[] locations = new long[CHUNK_LENGTH];
    private final long[] journalSequences = new long[CHUNK_LENGTH];
    private final long[] times = new long[CHUNK_LENGTH];
    private final long[] nextSame = new long[CHUNK_LENGTH];
    private final long[] previousSame = new long[CHUNK_LENGTH];
    private final int[] subjectIds = new int[CHUNK_LENGTH];
    private final int[] sizes = new int[CHUNK_LENGTH];
    private int live;

    void clear() {
      Arrays.fill(subjectIds, SubjectTable.NONE);
      live = 0;
    }
  }
}
