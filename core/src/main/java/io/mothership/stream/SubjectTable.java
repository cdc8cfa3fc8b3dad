package io.mothership.stream;

import io.mothership.bus.HotPath;
import io.mothership.bus.Slice;
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
 * them apart.
 *
 * <p><i>Thread:</i> ms-dispatch. <i>Allocates:</i> when a subject is new.
 */
final class SubjectTable {
  static final int NONE = -1;

  private static final int INITIAL = 16;

  private final IntArrayList free = new IntArrayList();
  private int[] slots = new int[INITIAL * 2];
  private byte[][] subjects = new byte[INITIAL][];
  private int[] hashes = new int[INITIAL];
  private int[] versions = new int[INITIAL];
  private long[] counts = new long[INITIAL];
  private long[] firsts = new long[INITIAL];
  private long[] lasts = new long[INITIAL];
  private int idsUsed;
  private int count;

  SubjectTable() {
    Arrays.fill(slots, NONE);
  }

  /** Subjects that have messages. */
  int count() {
    return count;
  }

  /** All ids are below this; some of them may be unused: their {@link #count(int)} is 0. */
  int idLimit() {
    return idsUsed;
  }

  byte[] subject(final int id) {
    return subjects[id];
  }

  /** Grows by one whenever the id is given to another subject. */
  int version(final int id) {
    return versions[id];
  }

  long count(final int id) {
    return counts[id];
  }

  /** Sequence of the oldest message of the subject. */
  long first(final int id) {
    return firsts[id];
  }

  /** Sequence of the newest message of the subject. */
  long last(final int id) {
    return lasts[id];
  }

  int find(final Slice subject) {
    return find(subject.buffer(), subject.offset(), subject.length());
  }

  /** The subject's id, or {@link #NONE} if it has no message. */
  @HotPath
  int find(final DirectBuffer buffer, final int offset, final int length) {
    final int mask = slots.length - 1;
    final int hash = hash(buffer, offset, length);
    for (int at = hash & mask; slots[at] != NONE; at = (at + 1) & mask) {
      final int id = slots[at];
      if (hashes[id] == hash && isEqual(subjects[id], buffer, offset, length)) {
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
    if (id == subjects.length) {
      grow();
    }
    final byte[] bytes = new byte[length];
    buffer.getBytes(offset, bytes);
    subjects[id] = bytes;
    hashes[id] = hash(buffer, offset, length);
    versions[id]++;
    counts[id] = 0;
    count++;
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
    final long previous = counts[id] == 0 ? 0 : lasts[id];
    if (previous == 0) {
      firsts[id] = sequence;
    }
    lasts[id] = sequence;
    counts[id]++;
    return previous;
  }

  /**
   * Takes a message off the subject's chain; {@code previous} and {@code next} are its neighbours,
   * or 0.
   */
  @HotPath
  void remove(final int id, final long previous, final long next) {
    if (previous == 0) {
      firsts[id] = next;
    }
    if (next == 0) {
      lasts[id] = previous;
    }
    if (--counts[id] == 0) {
      delete(id);
    }
  }

  /** Everything as it is now. */
  Frozen freeze() {
    return new Frozen(
        Arrays.copyOf(subjects, idsUsed),
        Arrays.copyOf(counts, idsUsed),
        Arrays.copyOf(firsts, idsUsed),
        Arrays.copyOf(lasts, idsUsed));
  }

  /** Takes the place of a table that was frozen; this one is empty. */
  void restore(final StateDecoder in) {
    idsUsed = in.count(Integer.BYTES);
    final int length = Math.max(INITIAL, BitUtil.findNextPositivePowerOfTwo(idsUsed));
    subjects = new byte[length][];
    hashes = new int[length];
    versions = new int[length];
    counts = new long[length];
    firsts = new long[length];
    lasts = new long[length];
    final UnsafeBuffer subject = new UnsafeBuffer(0, 0);
    for (int id = 0; id < idsUsed; id++) {
      final byte[] bytes = in.bytes();
      if (bytes.length == 0) {
        free.addInt(id);
        continue;
      }
      subjects[id] = bytes;
      subject.wrap(bytes);
      hashes[id] = hash(subject, 0, bytes.length);
      versions[id] = 1;
      count++;
    }
    in.longs(counts, 0, idsUsed);
    in.longs(firsts, 0, idsUsed);
    in.longs(lasts, 0, idsUsed);
    rehash(length * 2);
  }

  /** A table at one moment; what is no subject any more is an empty one. */
  record Frozen(byte[][] subjects, long[] counts, long[] firsts, long[] lasts) {
    private static final byte[] NOTHING = {};

    void encode(final StateEncoder out) {
      out.i32(subjects.length);
      for (final byte[] subject : subjects) {
        out.bytes(subject == null ? NOTHING : subject);
      }
      out.longs(counts, 0, counts.length)
          .longs(firsts, 0, firsts.length)
          .longs(lasts, 0, lasts.length);
    }
  }

  private void delete(final int id) {
    final int mask = slots.length - 1;
    int hole = hashes[id] & mask;
    while (slots[hole] != id) {
      hole = (hole + 1) & mask;
    }
    for (int at = (hole + 1) & mask; slots[at] != NONE; at = (at + 1) & mask) {
      final int home = hashes[slots[at]] & mask;
      if (((at - home) & mask) >= ((at - hole) & mask)) {
        slots[hole] = slots[at];
        hole = at;
      }
    }
    slots[hole] = NONE;
    subjects[id] = null;
    free.addInt(id);
    count--;
  }

  private void insert(final int id) {
    final int mask = slots.length - 1;
    int at = hashes[id] & mask;
    while (slots[at] != NONE) {
      at = (at + 1) & mask;
    }
    slots[at] = id;
  }

  private void rehash(final int length) {
    slots = new int[length];
    Arrays.fill(slots, NONE);
    for (int id = 0; id < idsUsed; id++) {
      if (subjects[id] != null) {
        insert(id);
      }
    }
  }

  private void grow() {
    final int length = subjects.length * 2;
    subjects = Arrays.copyOf(subjects, length);
    hashes = Arrays.copyOf(hashes, length);
    versions = Arrays.copyOf(versions, length);
    counts = Arrays.copyOf(counts, length);
    firsts = Arrays.copyOf(firsts, length);
    lasts = Arrays.copyOf(lasts, length);
  }

  private static int hash(final DirectBuffer buffer, final int offset, final int length) {
    final long keyed = SipHash.shortHash(buffer, offset, length);
    return (int) (keyed ^ (keyed >>> 32));
  }

  private static boolean isEqual(
      final byte[] subject, final DirectBuffer buffer, final int offset, final int length) {
    if (subject.length != length) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      if (subject[i] != buffer.getByte(offset + i)) {
        return false;
      }
    }
    return true;
  }
}
