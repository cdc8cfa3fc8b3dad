package io.mothership.jetstream.index;

import io.mothership.frame.HotPath;
import io.mothership.frame.Slice;
import io.mothership.journal.FrozenState;
import io.mothership.journal.Journal;
import io.mothership.journal.StateDecoder;
import io.mothership.journal.StateEncoder;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.agrona.BufferUtil;
import org.agrona.collections.LongArrayList;

/**
 * Where a stream's messages are: per sequence its journal location and sequence, time, size and
 * subject, and the chain of messages with the same subject. Sequences that are missing cost nothing
 * beyond their chunk, which is compacted when a quarter of it is of no use.
 *
 * <p>What did not change since the last checkpoint lies packed outside the heap; it is unpacked to
 * be changed, and for a look into columns that many looks share.
 *
 * <p><i>Thread:</i> ms-dispatch. <i>Allocates:</i> columns per {@value #CHUNK_LENGTH} sequences
 * that change, reused when older ones empty or are packed; while a frozen state is in use, a packed
 * copy of each chunk that changes.
 */
public final class StreamIndex {
  static final int CHUNK_LENGTH = IndexChunk.LENGTH;

  private static final int CHUNK_SHIFT = 10;
  private static final int CHUNK_MASK = CHUNK_LENGTH - 1;

  private final Freezing freezing;
  private final ColumnPool pool;
  private final SubjectTable subjects;
  private IndexChunk[] chunks = new IndexChunk[4];
  private long chunkBytes;

  /** What was frozen last, until it is let go. */
  private Frozen frozen;

  private long chunkBase;
  private long first = 1;
  private long last;
  private long lastTimeNs;
  private long count;
  private long bytes;

  public StreamIndex() {
    this(new Freezing(), new ColumnPool(StateBudget.unlimited()));
  }

  /**
   * @param pool shared with the indexes of all streams
   */
  public StreamIndex(final Freezing freezing, final ColumnPool pool) {
    this.freezing = freezing;
    this.pool = pool;
    this.subjects = new SubjectTable(freezing);
  }

  public SubjectTable subjects() {
    return subjects;
  }

  /** Sequence of the oldest message; {@code last + 1} if there is none. */
  public long first() {
    return first;
  }

  /** The highest sequence given away. */
  public long last() {
    return last;
  }

  /** Record time of the newest message there ever was, 0 = none. */
  public long lastTimeNs() {
    return lastTimeNs;
  }

  public long count() {
    return count;
  }

  public long bytes() {
    return bytes;
  }

  /** Sequences between first and last that have no message. */
  long deletedCount() {
    return last - first + 1 - count;
  }

  /** About what it takes of the heap, subjects included. */
  public long heapBytes() {
    return chunkBytes + (long) Long.BYTES * chunks.length + subjects.heapBytes();
  }

  /** Bytes that it takes more of the heap for a message of this subject at a sequence. */
  public long growthBytes(final long sequence, final Slice subject) {
    final long at = (sequence >>> CHUNK_SHIFT) - chunkBase;
    final boolean hasColumns =
        count > 0
            && at >= 0
            && at < chunks.length
            && chunks[(int) at] != null
            && !chunks[(int) at].isPacked();
    final int id = subjects.find(subject);
    return (hasColumns ? 0 : pool.growthBytes())
        + (id == SubjectTable.NONE
            ? subjects.growthBytes(subject.length())
            : subjects.changeBytes(id));
  }

  public boolean isPresent(final long sequence) {
    return subjectId(sequence) != SubjectTable.NONE;
  }

  /** Id of the message's subject, or {@link SubjectTable#NONE} if there is no such message. */
  public int subjectId(final long sequence) {
    final IndexChunk chunk = chunk(sequence);
    return chunk == null ? SubjectTable.NONE : chunk.subjectId((int) sequence & CHUNK_MASK);
  }

  /** Where the record lies, {@link Journal#NOWHERE} while it is only in the ring. */
  public long location(final long sequence) {
    final IndexChunk chunk = chunk(sequence);
    return chunk.locations[chunk.slot((int) sequence & CHUNK_MASK)];
  }

  public long journalSequence(final long sequence) {
    final IndexChunk chunk = chunk(sequence);
    return chunk.journalSequences[chunk.slot((int) sequence & CHUNK_MASK)];
  }

  public long timeNs(final long sequence) {
    final IndexChunk chunk = chunk(sequence);
    return chunk.times[chunk.slot((int) sequence & CHUNK_MASK)];
  }

  /** Bytes as the stream's limits count them. */
  public int size(final long sequence) {
    final IndexChunk chunk = chunk(sequence);
    return chunk.sizes[chunk.slot((int) sequence & CHUNK_MASK)];
  }

  /** The next message with the same subject, 0 = none. */
  public long nextSame(final long sequence) {
    final IndexChunk chunk = chunk(sequence);
    return chunk.nextSame[chunk.slot((int) sequence & CHUNK_MASK)];
  }

  /** The message before with the same subject, 0 = none. */
  public long previousSame(final long sequence) {
    final IndexChunk chunk = chunk(sequence);
    return chunk.previousSame[chunk.slot((int) sequence & CHUNK_MASK)];
  }

  /** Adds the newest message; {@code sequence} is above {@link #last}. */
  @HotPath
  public void add(
      final long sequence,
      final Slice subject,
      final int size,
      final long timeNs,
      final long journalSequence) {
    if (timeNs < lastTimeNs) {
      takeBackTimes(timeNs);
    }
    pool.settle();
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
      link(previous, sequence);
    }
    if (count == 0) {
      first = sequence;
    }
    last = sequence;
    lastTimeNs = timeNs;
    count++;
    bytes += size;
  }

  /**
   * The clock was declared right, and those of messages before were ahead of it: they count as of
   * this moment, so that times never fall and age counts from it.
   */
  private void takeBackTimes(final long timeNs) {
    pool.settle();
    for (long at = last; at >= first && count > 0; at--) {
      if (isPresent(at)) {
        if (timeNs(at) <= timeNs) {
          break;
        }
        final IndexChunk chunk = changing(at);
        chunk.times[chunk.slot((int) at & CHUNK_MASK)] = timeNs;
      }
    }
  }

  /** Says where a message's record lies now; of no effect if the message is gone. */
  @HotPath
  public void place(final long sequence, final long location) {
    if (isPresent(sequence)) {
      pool.settle();
      final IndexChunk chunk = changing(sequence);
      chunk.locations[chunk.slot((int) sequence & CHUNK_MASK)] = location;
    }
  }

  /**
   * Forgets a message.
   *
   * @return false if there is no such message
   */
  @HotPath
  public boolean remove(final long sequence) {
    final int id = subjectId(sequence);
    if (id == SubjectTable.NONE) {
      return false;
    }
    pool.settle();
    final IndexChunk chunk = changing(sequence);
    final int at = chunk.slot((int) sequence & CHUNK_MASK);
    final long previous = chunk.previousSame[at];
    final long next = chunk.nextSame[at];
    if (previous != 0) {
      link(previous, next);
    }
    if (next != 0) {
      final IndexChunk other = changing(next);
      other.previousSame[other.slot((int) next & CHUNK_MASK)] = previous;
    }
    subjects.remove(id, previous, next);
    chunk.subjectIds[at] = SubjectTable.NONE;
    count--;
    bytes -= chunk.sizes[at];
    chunk.live--;
    if (sequence == first) {
      first = count == 0 ? last + 1 : nextPresent(sequence + 1);
    }
    shrink(sequence >>> CHUNK_SHIFT, chunk);
    return true;
  }

  /**
   * Lets go an empty chunk, and the holes of a sparse one unless it is about to be filled or
   * emptied.
   */
  private void shrink(final long number, final IndexChunk chunk) {
    final int at = (int) (number - chunkBase);
    if (chunk.live == 0) {
      replace(at, null);
      pool.give(chunk);
    } else if (chunk.isSparse()
        && number != last >>> CHUNK_SHIFT
        && number != first >>> CHUNK_SHIFT) {
      replace(at, chunk.compacted());
    }
  }

  private void link(final long sequence, final long next) {
    final IndexChunk chunk = changing(sequence);
    chunk.nextSame[chunk.slot((int) sequence & CHUNK_MASK)] = next;
  }

  /** Gives a sequence to a message that is not kept. */
  public void skip(final long sequence, final long timeNs) {
    skipTo(sequence);
    lastTimeNs = timeNs;
  }

  /**
   * Leaves a gap: the next message comes after {@code sequence}, which is at least {@link #last}.
   */
  public void skipTo(final long sequence) {
    last = sequence;
    if (count == 0) {
      first = sequence + 1;
    }
  }

  /**
   * Takes back sequences above {@code sequence}, whose messages were removed before: they were
   * never committed.
   */
  public void rollBackTo(final long sequence) {
    last = sequence;
    if (count == 0) {
      first = sequence + 1;
    }
  }

  /** The first message at or after {@code sequence}; {@code last + 1} if there is none. */
  @HotPath
  public long nextPresent(final long sequence) {
    long at = Math.max(sequence, first);
    while (at <= last) {
      final IndexChunk chunk = chunk(at);
      if (chunk == null) {
        at = (at | CHUNK_MASK) + 1;
        continue;
      }
      final int position = chunk.nextPosition((int) at & CHUNK_MASK);
      at += position - ((int) at & CHUNK_MASK);
      if (position < CHUNK_LENGTH) {
        if (chunk.subjectIds[chunk.slot(position)] != SubjectTable.NONE) {
          return at;
        }
        at++;
      }
    }
    return last + 1;
  }

  /** The last message at or before {@code sequence}; 0 if there is none. */
  public long previousPresent(final long sequence) {
    long at = Math.min(sequence, last);
    while (at >= first) {
      final IndexChunk chunk = chunk(at);
      if (chunk == null) {
        at = (at & ~CHUNK_MASK) - 1;
      } else if (chunk.subjectId((int) at & CHUNK_MASK) != SubjectTable.NONE) {
        return at;
      } else {
        at--;
      }
    }
    return 0;
  }

  /** The first message stored at or after a time; {@code last + 1} if there is none. */
  public long firstAt(final long timeNs) {
    return firstFrom(timeNs, true);
  }

  /** The first message above a journal sequence; {@code last + 1} if there is none. */
  public long firstAbove(final long journalSequence) {
    return firstFrom(journalSequence + 1, false);
  }

  private long firstFrom(final long value, final boolean isTime) {
    long low = first;
    long high = last + 1;
    while (low < high) {
      final long middle = (low + high) >>> 1;
      final long candidate = nextPresent(middle);
      if (candidate >= high) {
        high = middle;
      } else if ((isTime ? timeNs(candidate) : journalSequence(candidate)) < value) {
        low = candidate + 1;
      } else {
        high = middle;
      }
    }
    return nextPresent(low);
  }

  /** Everything as it is now: costs a reference per chunk. */
  public Frozen freeze() {
    final List<IndexChunk> present = new ArrayList<>();
    final LongArrayList numbers = new LongArrayList();
    for (int at = 0; at < chunks.length; at++) {
      if (chunks[at] != null) {
        chunks[at].isFrozen = true;
        chunks[at].frozenAt = present.size();
        present.add(chunks[at]);
        numbers.addLong(chunkBase + at);
      }
    }
    frozen =
        new Frozen(
            first,
            last,
            lastTimeNs,
            count,
            bytes,
            subjects.freeze(),
            numbers.toLongArray(),
            new AtomicReferenceArray<>(present.toArray(IndexChunk[]::new)));
    return frozen;
  }

  /** Nobody looks at what was frozen any more. */
  public void onThawed() {
    frozen = null;
  }

  /** Takes the place of an index that was frozen; this one is empty. */
  public void restore(final StateDecoder in) {
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
      replace(at, new IndexChunk(in.slice(), live));
    }
  }

  /**
   * Lets go of the columns of what did not change since it was frozen, except those that the next
   * message goes to.
   *
   * @param state what the frozen index was encoded into; stays as it is until the next call
   */
  public void repack(final Frozen kept, final ByteBuffer state) {
    for (int i = 0; i < kept.numbers.length; i++) {
      final long at = kept.numbers[i] - chunkBase;
      final IndexChunk unchanged = kept.chunks.get(i);
      final boolean isNewest = kept.numbers[i] == last >>> CHUNK_SHIFT && !unchanged.isPacked();
      if (at >= 0 && at < chunks.length && chunks[(int) at] == unchanged && !isNewest) {
        final int place = Math.toIntExact(kept.places[i]);
        final ByteBuffer packed = state.slice(place + Integer.BYTES, state.getInt(place));
        replace((int) at, new IndexChunk(packed, unchanged.live));
        pool.give(unchanged);
        if (unchanged.isOfItsOwn()) {
          freezing.freeLater(unchanged.packed());
        }
      }
    }
  }

  /** The stream is gone. */
  public void release() {
    pool.onGrown(-chunkBytes);
    for (final IndexChunk chunk : chunks) {
      if (chunk != null) {
        free(chunk);
      }
    }
    chunks = new IndexChunk[4];
  }

  /** An index at one moment. */
  public static final class Frozen {
    private final long first;
    private final long last;
    private final long lastTimeNs;
    private final long count;
    private final long bytes;
    private final SubjectTable.Frozen subjects;
    private final long[] numbers;

    /** A chunk that changed meanwhile is here as it was, packed. */
    private final AtomicReferenceArray<IndexChunk> chunks;

    /** Where each chunk was encoded to, as its length and its bytes. */
    private final long[] places;

    private Frozen(
        final long first,
        final long last,
        final long lastTimeNs,
        final long count,
        final long bytes,
        final SubjectTable.Frozen subjects,
        final long[] numbers,
        final AtomicReferenceArray<IndexChunk> chunks) {
      this.first = first;
      this.last = last;
      this.lastTimeNs = lastTimeNs;
      this.count = count;
      this.bytes = bytes;
      this.subjects = subjects;
      this.numbers = numbers;
      this.chunks = chunks;
      this.places = new long[numbers.length];
    }

    public void encode(final StateEncoder out) {
      out.i64(first).i64(last).i64(lastTimeNs).i64(count).i64(bytes);
      subjects.encode(out);
      out.i32(numbers.length);
      final byte[] scratch = new byte[IndexChunk.PACKED_LENGTH_MAX];
      for (int i = 0; i < numbers.length; i++) {
        final IndexChunk chunk = chunks.get(i);
        out.i64(numbers[i]).i32(chunk.live);
        places[i] = out.position();
        if (chunk.isPacked()) {
          out.bytes(chunk.packed());
        } else {
          final int length = chunk.pack(scratch);
          out.i32(length).bytes(scratch, 0, length);
        }
      }
    }

    public void forEachMessage(final int streamId, final FrozenState.MessageConsumer consumer) {
      final ChunkUnpacker unpacker = new ChunkUnpacker();
      final IndexChunk columns = new IndexChunk();
      for (int i = 0; i < numbers.length; i++) {
        IndexChunk chunk = chunks.get(i);
        if (chunk.isPacked()) {
          unpacker.unpack(chunk, columns);
          chunk = columns;
        }
        for (int at = chunk.nextPosition(0); at < CHUNK_LENGTH; at = chunk.nextPosition(at + 1)) {
          final int slot = chunk.slot(at);
          if (chunk.subjectIds[slot] != SubjectTable.NONE) {
            consumer.onMessage(
                streamId,
                (numbers[i] << CHUNK_SHIFT) + at,
                chunk.locations[slot],
                chunk.sizes[slot]);
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
    return found == null || !found.isPacked() ? found : pool.view(found, sequence >>> CHUNK_SHIFT);
  }

  private IndexChunk replace(final int at, final IndexChunk chunk) {
    final IndexChunk before = chunks[at];
    final int grown =
        (chunk == null ? 0 : chunk.heapBytes()) - (before == null ? 0 : before.heapBytes());
    chunkBytes += grown;
    pool.onGrown(grown);
    chunks[at] = chunk;
    return chunk;
  }

  /** The chunk of a message that is there, to be written to. */
  @HotPath
  private IndexChunk changing(final long sequence) {
    return changingAt((int) ((sequence >>> CHUNK_SHIFT) - chunkBase));
  }

  private IndexChunk changingAt(final int at) {
    if (chunks[at].isPacked()) {
      final IndexChunk packed = chunks[at];
      final IndexChunk columns = replace(at, pool.unpacked(packed));
      free(packed);
      pool.onUnpacked(this, chunkBase + at);
      return columns;
    }
    if (chunks[at].isFrozen && freezing.isUnderWay()) {
      thaw(at);
    }
    return chunks[at];
  }

  /**
   * Packs columns that were unpacked to be changed, into memory of their own outside the heap,
   * unless the next message goes to them or a frozen state has them.
   *
   * @param number of the chunk; of no effect if it is not there any more
   */
  void packAgain(final long number) {
    final long at = number - chunkBase;
    if (at < 0 || at >= chunks.length || number == last >>> CHUNK_SHIFT) {
      return;
    }
    final IndexChunk columns = chunks[(int) at];
    if (columns == null || columns.isPacked() || columns.isFrozen && freezing.isUnderWay()) {
      return;
    }
    final byte[] scratch = freezing.scratch();
    final int length = columns.pack(scratch);
    try {
      final ByteBuffer packed = ByteBuffer.allocateDirect(length).put(0, scratch, 0, length);
      replace((int) at, IndexChunk.ofItsOwn(packed, columns.live));
      pool.give(columns);
    } catch (final OutOfMemoryError e) {
      // Outside the heap there is less room than in it: they stay as they are.
    }
  }

  /** Nobody looks at a packed chunk any more, unless a frozen state has it. */
  private void free(final IndexChunk packed) {
    if (!packed.isOfItsOwn()) {
      return;
    }
    if (packed.isFrozen && freezing.isUnderWay()) {
      freezing.freeLater(packed.packed());
    } else {
      BufferUtil.free(packed.packed());
    }
  }

  /** The frozen state gets a packed copy; whoever is just reading the chunk may go on with it. */
  private void thaw(final int at) {
    final IndexChunk shared = chunks[at];
    if (frozen != null) {
      final byte[] scratch = freezing.scratch();
      final byte[] packed = Arrays.copyOf(scratch, shared.pack(scratch));
      frozen.chunks.set(shared.frozenAt, new IndexChunk(ByteBuffer.wrap(packed), shared.live));
      freezing.onCopied(packed.length);
    }
    chunks[at] = new IndexChunk(shared);
  }

  /** The chunk of a new message, with a slot for it. */
  private IndexChunk chunkFor(final long sequence) {
    final long number = sequence >>> CHUNK_SHIFT;
    if (count == 0) {
      chunkBase = number;
    } else if (number - chunkBase >= chunks.length) {
      makeRoom(number);
    }
    final int at = (int) (number - chunkBase);
    if (chunks[at] == null) {
      return replace(at, pool.take());
    }
    final IndexChunk found = changingAt(at);
    return found.isFull() ? found : replace(at, found.expandedTo(pool.take()));
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
