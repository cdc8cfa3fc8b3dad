package io.mothership.jetstream.index;

import io.mothership.frame.HotPath;
import io.mothership.frame.Slice;
import io.mothership.journal.StateDecoder;
import io.mothership.journal.StateEncoder;
import java.util.Arrays;
import org.agrona.BitUtil;
import org.agrona.DirectBuffer;
import org.agrona.collections.IntArrayList;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The subjects that have messages in one stream: a dense id each, with count, first and last
 * sequence. An id is given to another subject once its last message is gone; {@link #version} tells
 * them apart. Names and numbers lie in chunks of primitive arrays, about 70 bytes a subject and its
 * name.
 *
 * <p><i>Thread:</i> ms-dispatch. <i>Allocates:</i> a chunk per {@value SubjectChunk#LENGTH}
 * subjects, now and then room for names; while a frozen state is in use, a copy of what changes.
 */
public final class SubjectTable {
  public static final int NONE = -1;

  private static final int CHUNK_SHIFT = 8;
  private static final int CHUNK_MASK = SubjectChunk.LENGTH - 1;
  private static final int SLOTS_MIN = 32;
  private static final int VERSION_MAX = (1 << 30) - 1;

  private final Freezing freezing;
  private final IntArrayList free = new IntArrayList();
  private int[] slots = new int[SLOTS_MIN];
  private SubjectChunk[] chunks = new SubjectChunk[4];
  private byte[] seen = new byte[64];
  private long chunkBytes;
  private int lastVersion;
  private int idsUsed;
  private int count;

  SubjectTable() {
    this(new Freezing());
  }

  SubjectTable(final Freezing freezing) {
    this.freezing = freezing;
    Arrays.fill(slots, NONE);
  }

  /** Subjects that have messages. */
  public int count() {
    return count;
  }

  /** All ids are below this; some of them may be unused: their {@link #count(int)} is 0. */
  public int idLimit() {
    return idsUsed;
  }

  /** About what it takes of the heap. */
  long heapBytes() {
    return chunkBytes
        + (long) Integer.BYTES * (slots.length + chunks.length)
        + (long) Integer.BYTES * free.capacity();
  }

  /** Bytes that it takes more of the heap for a subject of this length, which it does not have. */
  long growthBytes(final int length) {
    long bytes = (count + 1) * 2L > slots.length ? (long) Integer.BYTES * slots.length : 0;
    final int id = free.isEmpty() ? idsUsed : free.getInt(free.size() - 1);
    final int at = id >>> CHUNK_SHIFT;
    if (at >= chunks.length) {
      bytes += (long) Integer.BYTES * chunks.length;
    }
    bytes +=
        at >= chunks.length || chunks[at] == null
            ? SubjectChunk.NEW_BYTES + length
            : chunks[at].growthBytes(length);
    return bytes;
  }

  /** Bytes that it takes more of the heap to change the numbers of a subject. */
  long changeBytes(final int id) {
    return chunks[id >>> CHUNK_SHIFT].areNumbersFrozen && freezing.isUnderWay()
        ? SubjectChunk.NUMBERS_BYTES
        : 0;
  }

  public byte[] subject(final int id) {
    return chunks[id >>> CHUNK_SHIFT].name(id & CHUNK_MASK);
  }

  /**
   * The subject, in the first {@link #subjectLength} bytes of an array that the next look changes.
   */
  byte[] look(final int id) {
    final int length = subjectLength(id);
    if (length > seen.length) {
      seen = new byte[length * 2];
    }
    chunks[id >>> CHUNK_SHIFT].copyName(id & CHUNK_MASK, seen);
    return seen;
  }

  int subjectLength(final int id) {
    return chunks[id >>> CHUNK_SHIFT].nameLength(id & CHUNK_MASK);
  }

  /** Orders by name, byte by byte. */
  public int compare(final int one, final int other) {
    return chunks[one >>> CHUNK_SHIFT].compareNames(
        one & CHUNK_MASK, chunks[other >>> CHUNK_SHIFT], other & CHUNK_MASK);
  }

  /** Another whenever any subject that had no messages gets one. */
  int lastVersion() {
    return lastVersion;
  }

  /** Another whenever the id is given to another subject; positive. */
  int version(final int id) {
    return chunks[id >>> CHUNK_SHIFT].versions[id & CHUNK_MASK];
  }

  public long count(final int id) {
    final SubjectChunk chunk = chunks[id >>> CHUNK_SHIFT];
    return chunk == null ? 0 : chunk.counts[id & CHUNK_MASK];
  }

  /** Sequence of the oldest message of the subject. */
  public long first(final int id) {
    return chunks[id >>> CHUNK_SHIFT].firsts[id & CHUNK_MASK];
  }

  /** Sequence of the newest message of the subject. */
  public long last(final int id) {
    return chunks[id >>> CHUNK_SHIFT].lasts[id & CHUNK_MASK];
  }

  public int find(final Slice subject) {
    return find(subject.buffer(), subject.offset(), subject.length());
  }

  /** The subject's id, or {@link #NONE} if it has no message. */
  @HotPath
  public int find(final DirectBuffer buffer, final int offset, final int length) {
    final int mask = slots.length - 1;
    final int hash = hash(buffer, offset, length);
    for (int at = hash & mask; slots[at] != NONE; at = (at + 1) & mask) {
      final int id = slots[at];
      final SubjectChunk chunk = chunks[id >>> CHUNK_SHIFT];
      if (chunk.hashes[id & CHUNK_MASK] == hash
          && chunk.isNamed(id & CHUNK_MASK, buffer, offset, length)) {
        return id;
      }
    }
    return NONE;
  }

  /** The subject's id, made if need be. */
  int findOrAdd(final DirectBuffer buffer, final int offset, final int length) {
    final int found = find(buffer, offset, length);
    if (found != NONE) {
      return found;
    }
    final int id = free.isEmpty() ? idsUsed++ : free.popInt();
    name(id, buffer, offset, length);
    if (count * 2 > slots.length) {
      rehash(slots.length * 2);
    } else {
      insert(id);
    }
    return id;
  }

  /**
   * Counts a message at the end of the subject's chain.
   *
   * @return the sequence of the message before it, 0 if it is the first
   */
  @HotPath
  long append(final int id, final long sequence) {
    final SubjectChunk chunk = numbers(id >>> CHUNK_SHIFT);
    final int at = id & CHUNK_MASK;
    final long previous = chunk.counts[at] == 0 ? 0 : chunk.lasts[at];
    if (previous == 0) {
      chunk.firsts[at] = sequence;
    }
    chunk.lasts[at] = sequence;
    chunk.counts[at]++;
    return previous;
  }

  /**
   * Takes a message off the subject's chain; {@code previous} and {@code next} are its neighbours,
   * or 0.
   */
  @HotPath
  void remove(final int id, final long previous, final long next) {
    final SubjectChunk chunk = numbers(id >>> CHUNK_SHIFT);
    final int at = id & CHUNK_MASK;
    if (previous == 0) {
      chunk.firsts[at] = next;
    }
    if (next == 0) {
      chunk.lasts[at] = previous;
    }
    if (--chunk.counts[at] == 0) {
      delete(id);
    }
  }

  /** Everything as it is now: costs a reference per chunk. */
  Frozen freeze() {
    final SubjectChunk[] frozen = Arrays.copyOf(chunks, chunksUsed());
    for (final SubjectChunk chunk : frozen) {
      if (chunk != null) {
        chunk.areNumbersFrozen = true;
        chunk.areNamesFrozen = true;
      }
    }
    return new Frozen(frozen, idsUsed);
  }

  /** Takes the place of a table that was frozen; this one is empty. */
  void restore(final StateDecoder in) {
    idsUsed = in.count(Integer.BYTES);
    final UnsafeBuffer subject = new UnsafeBuffer(0, 0);
    for (int id = 0; id < idsUsed; id++) {
      final byte[] bytes = in.bytes();
      if (bytes.length == 0) {
        free.addInt(id);
        continue;
      }
      subject.wrap(bytes);
      name(id, subject, 0, bytes.length);
    }
    final long[] column = new long[SubjectChunk.LENGTH];
    for (int field = 0; field < Frozen.FIELDS; field++) {
      for (int from = 0; from < idsUsed; from += SubjectChunk.LENGTH) {
        final int length = Math.min(SubjectChunk.LENGTH, idsUsed - from);
        in.longs(column, 0, length);
        restore(from >>> CHUNK_SHIFT, field, column, length);
      }
    }
    rehash(Math.max(SLOTS_MIN, BitUtil.findNextPositivePowerOfTwo(count) * 2));
  }

  private void restore(final int number, final int field, final long[] column, final int length) {
    final SubjectChunk chunk = number < chunks.length ? chunks[number] : null;
    if (chunk == null) {
      return;
    }
    switch (field) {
      case 0 -> {
        for (int at = 0; at < length; at++) {
          chunk.counts[at] = Math.toIntExact(column[at]);
        }
      }
      case 1 -> System.arraycopy(column, 0, chunk.firsts, 0, length);
      default -> System.arraycopy(column, 0, chunk.lasts, 0, length);
    }
  }

  /** A table at one moment; what is no subject any more is an empty one. */
  record Frozen(SubjectChunk[] chunks, int idsUsed) {
    /** Counts, firsts, lasts. */
    private static final int FIELDS = 3;

    private static final byte[] NOTHING = {};
    private static final SubjectChunk NO_SUBJECTS = new SubjectChunk();

    void encode(final StateEncoder out) {
      out.i32(idsUsed);
      for (int id = 0; id < idsUsed; id++) {
        final SubjectChunk chunk = chunk(id);
        out.bytes(chunk.counts[id & CHUNK_MASK] == 0 ? NOTHING : chunk.name(id & CHUNK_MASK));
      }
      final long[] counts = new long[SubjectChunk.LENGTH];
      for (int from = 0; from < idsUsed; from += SubjectChunk.LENGTH) {
        final SubjectChunk chunk = chunk(from);
        final int length = Math.min(SubjectChunk.LENGTH, idsUsed - from);
        for (int at = 0; at < length; at++) {
          counts[at] = chunk.counts[at];
        }
        out.longs(counts, 0, length);
      }
      for (int from = 0; from < idsUsed; from += SubjectChunk.LENGTH) {
        out.longs(chunk(from).firsts, 0, Math.min(SubjectChunk.LENGTH, idsUsed - from));
      }
      for (int from = 0; from < idsUsed; from += SubjectChunk.LENGTH) {
        out.longs(chunk(from).lasts, 0, Math.min(SubjectChunk.LENGTH, idsUsed - from));
      }
    }

    private SubjectChunk chunk(final int id) {
      final SubjectChunk found = chunks[id >>> CHUNK_SHIFT];
      return found == null ? NO_SUBJECTS : found;
    }
  }

  private int chunksUsed() {
    return (idsUsed + CHUNK_MASK) >>> CHUNK_SHIFT;
  }

  /** The chunk, to have its numbers changed. */
  @HotPath
  private SubjectChunk numbers(final int number) {
    final SubjectChunk chunk = chunks[number];
    if (chunk.areNumbersFrozen) {
      if (freezing.isUnderWay()) {
        return thaw(number);
      }
      chunk.areNumbersFrozen = false;
      chunk.areNamesFrozen = false;
    }
    return chunk;
  }

  private SubjectChunk thaw(final int number) {
    chunks[number] = new SubjectChunk(chunks[number]);
    freezing.onCopied(SubjectChunk.NUMBERS_BYTES);
    return chunks[number];
  }

  /** The chunk, to have its names changed. */
  private SubjectChunk names(final int number) {
    final SubjectChunk chunk = numbers(number);
    if (chunk.areNamesFrozen) {
      if (freezing.isUnderWay()) {
        chunk.ownNames();
        freezing.onCopied(SubjectChunk.NEW_BYTES - SubjectChunk.NUMBERS_BYTES);
      } else {
        chunk.areNamesFrozen = false;
      }
    }
    return chunk;
  }

  private void name(final int id, final DirectBuffer buffer, final int offset, final int length) {
    final int number = id >>> CHUNK_SHIFT;
    if (number >= chunks.length) {
      chunks = Arrays.copyOf(chunks, Math.max(number + 1, chunks.length * 2));
    }
    if (chunks[number] == null) {
      chunks[number] = new SubjectChunk();
      chunkBytes += chunks[number].heapBytes();
    }
    final SubjectChunk chunk = names(number);
    final int at = id & CHUNK_MASK;
    chunkBytes -= chunk.heapBytes();
    chunk.name(at, buffer, offset, length);
    chunkBytes += chunk.heapBytes();
    chunk.hashes[at] = hash(buffer, offset, length);
    lastVersion = lastVersion == VERSION_MAX ? 1 : lastVersion + 1;
    chunk.versions[at] = lastVersion;
    chunk.counts[at] = 0;
    count++;
  }

  private void delete(final int id) {
    removeSlot(id);
    final int number = id >>> CHUNK_SHIFT;
    final SubjectChunk chunk = names(number);
    chunk.unname(id & CHUNK_MASK);
    free.addInt(id);
    count--;
    if (chunk.live == 0 && number != (idsUsed - 1) >>> CHUNK_SHIFT) {
      chunks[number] = null;
      chunkBytes -= chunk.heapBytes();
    }
    if (count == 0) {
      clear();
    } else if (slots.length > SLOTS_MIN && count * 8 < slots.length) {
      rehash(slots.length / 2);
    }
  }

  /** Without subjects all ids are new again; the last chunk stays for those to come. */
  private void clear() {
    final SubjectChunk kept = chunks[(idsUsed - 1) >>> CHUNK_SHIFT];
    chunkBytes = 0;
    Arrays.fill(chunks, null);
    if (kept != null && !kept.areNumbersFrozen) {
      chunks[0] = kept;
      chunkBytes = kept.heapBytes();
    }
    idsUsed = 0;
    free.clear();
    free.trimToSize();
    if (slots.length > SLOTS_MIN) {
      slots = new int[SLOTS_MIN];
      Arrays.fill(slots, NONE);
    }
  }

  private void removeSlot(final int id) {
    final int mask = slots.length - 1;
    int hole = hashOf(id) & mask;
    while (slots[hole] != id) {
      hole = (hole + 1) & mask;
    }
    for (int at = (hole + 1) & mask; slots[at] != NONE; at = (at + 1) & mask) {
      final int home = hashOf(slots[at]) & mask;
      if (((at - home) & mask) >= ((at - hole) & mask)) {
        slots[hole] = slots[at];
        hole = at;
      }
    }
    slots[hole] = NONE;
  }

  private void insert(final int id) {
    final int mask = slots.length - 1;
    int at = hashOf(id) & mask;
    while (slots[at] != NONE) {
      at = (at + 1) & mask;
    }
    slots[at] = id;
  }

  private void rehash(final int length) {
    slots = new int[length];
    Arrays.fill(slots, NONE);
    for (int id = 0; id < idsUsed; id++) {
      final SubjectChunk chunk = chunks[id >>> CHUNK_SHIFT];
      if (chunk != null && chunk.nameLength(id & CHUNK_MASK) > 0) {
        insert(id);
      }
    }
  }

  private int hashOf(final int id) {
    return chunks[id >>> CHUNK_SHIFT].hashes[id & CHUNK_MASK];
  }

  private static int hash(final DirectBuffer buffer, final int offset, final int length) {
    final long keyed = SipHash.shortHash(buffer, offset, length);
    return (int) (keyed ^ (keyed >>> 32));
  }
}
