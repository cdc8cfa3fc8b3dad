package io.mothership.jetstream.stream;

import io.mothership.journal.StateDecoder;
import io.mothership.journal.StateEncoder;
import java.util.Arrays;

/**
 * The messages of a stream whose records the disk did not keep: which they were, in order, and how
 * many bytes. The first {@value #LISTED_MAX} are remembered one by one, the others as a number.
 *
 * <p><i>Thread:</i> ms-dispatch. <i>Allocates:</i> a few bytes per lost message.
 */
public final class LostMessages {
  static final int LISTED_MAX = 4096;

  private long[] sequences = {};
  private int listed;
  private long count;
  private long bytes;

  /** Notes a message once; {@code size} is 0 if nobody knows it. */
  void add(final long sequence, final int size) {
    final int at = find(sequence);
    if (at >= 0) {
      return;
    }
    count++;
    bytes += size;
    if (listed == LISTED_MAX) {
      return;
    }
    if (listed == sequences.length) {
      sequences = Arrays.copyOf(sequences, Math.max(8, listed * 2));
    }
    final int to = -at - 1;
    System.arraycopy(sequences, to, sequences, to + 1, listed - to);
    sequences[to] = sequence;
    listed++;
  }

  /** Forgets them: what they were part of was purged. */
  void clear() {
    listed = 0;
    count = 0;
    bytes = 0;
  }

  /** Whether a message is known to be lost. */
  public boolean contains(final long sequence) {
    return find(sequence) >= 0;
  }

  /** All of them, also those that are not listed. */
  public long count() {
    return count;
  }

  /** Bytes as the stream's limits counted them, of those whose size is known. */
  public long bytes() {
    return bytes;
  }

  /** Sequences of those that are listed, lowest first. */
  public long[] listed() {
    return Arrays.copyOf(sequences, listed);
  }

  Frozen freeze() {
    return new Frozen(listed(), count, bytes);
  }

  void restore(final StateDecoder in) {
    listed = in.count(Long.BYTES);
    sequences = new long[listed];
    in.longs(sequences, 0, listed);
    count = in.i64();
    bytes = in.i64();
  }

  /** All of them at one moment. */
  record Frozen(long[] sequences, long count, long bytes) {
    void encode(final StateEncoder out) {
      out.i32(sequences.length).longs(sequences, 0, sequences.length).i64(count).i64(bytes);
    }
  }

  private int find(final long sequence) {
    return Arrays.binarySearch(sequences, 0, listed, sequence);
  }
}
