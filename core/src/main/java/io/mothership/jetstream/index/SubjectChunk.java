package io.mothership.jetstream.index;

import java.util.Arrays;
import org.agrona.DirectBuffer;

/**
 * {@value #LENGTH} ids of a {@link SubjectTable}: their names, which lie in one array one after the
 * other, and their numbers. A frozen state shares both until they change.
 *
 * <p><i>Thread:</i> ms-dispatch; what is frozen is read by another.
 */
final class SubjectChunk {
  static final int LENGTH = 256;

  private static final int TEXT_MIN = 1024;

  /** Arrays of names without the text. */
  private static final int NAMES_BYTES = LENGTH * (3 * Integer.BYTES + Character.BYTES) + 4 * 16;

  /** Arrays of numbers. */
  static final int NUMBERS_BYTES = LENGTH * (2 * Long.BYTES + Integer.BYTES) + 3 * 16;

  /** What a new one takes of the heap. */
  static final int NEW_BYTES = NAMES_BYTES + NUMBERS_BYTES + TEXT_MIN + 64;

  final long[] firsts;
  final long[] lasts;
  final int[] counts;
  int[] hashes;
  int[] versions;
  private int[] offsets;
  private char[] lengths;
  private byte[] text;
  private int textUsed;
  private int textLive;
  int live;
  boolean areNumbersFrozen;
  boolean areNamesFrozen;

  SubjectChunk() {
    firsts = new long[LENGTH];
    lasts = new long[LENGTH];
    counts = new int[LENGTH];
    hashes = new int[LENGTH];
    versions = new int[LENGTH];
    offsets = new int[LENGTH];
    lengths = new char[LENGTH];
    text = new byte[TEXT_MIN];
  }

  /** Numbers of its own, names shared with the one that is frozen. */
  SubjectChunk(final SubjectChunk frozen) {
    firsts = frozen.firsts.clone();
    lasts = frozen.lasts.clone();
    counts = frozen.counts.clone();
    hashes = frozen.hashes;
    versions = frozen.versions;
    offsets = frozen.offsets;
    lengths = frozen.lengths;
    text = frozen.text;
    textUsed = frozen.textUsed;
    textLive = frozen.textLive;
    live = frozen.live;
    areNamesFrozen = frozen.areNamesFrozen;
  }

  /** About what it takes of the heap. */
  int heapBytes() {
    return NEW_BYTES - TEXT_MIN + text.length;
  }

  int nameLength(final int at) {
    return lengths[at];
  }

  byte[] name(final int at) {
    return Arrays.copyOfRange(text, offsets[at], offsets[at] + lengths[at]);
  }

  int compareNames(final int at, final SubjectChunk other, final int otherAt) {
    return Arrays.compareUnsigned(
        text,
        offsets[at],
        offsets[at] + lengths[at],
        other.text,
        other.offsets[otherAt],
        other.offsets[otherAt] + other.lengths[otherAt]);
  }

  /** Copies a name into {@code target}, which is long enough. */
  void copyName(final int at, final byte[] target) {
    System.arraycopy(text, offsets[at], target, 0, lengths[at]);
  }

  boolean isNamed(final int at, final DirectBuffer buffer, final int offset, final int length) {
    if (lengths[at] != length) {
      return false;
    }
    final int from = offsets[at];
    for (int i = 0; i < length; i++) {
      if (text[from + i] != buffer.getByte(offset + i)) {
        return false;
      }
    }
    return true;
  }

  /** Bytes by which {@link #name(int, DirectBuffer, int, int)} with such a length makes it grow. */
  int growthBytes(final int length) {
    return textUsed + length <= text.length ? 0 : Math.max(0, textLength(length) - text.length);
  }

  /** Gives a name to an id that has none; nobody shares the names. */
  void name(final int at, final DirectBuffer buffer, final int offset, final int length) {
    if (textUsed + length > text.length) {
      compact(length);
    }
    buffer.getBytes(offset, text, textUsed, length);
    offsets[at] = textUsed;
    lengths[at] = (char) length;
    textUsed += length;
    textLive += length;
    live++;
  }

  /** Takes the name of an id away; nobody shares the names. */
  void unname(final int at) {
    textLive -= lengths[at];
    lengths[at] = 0;
    live--;
  }

  /** From here on names may change: who shares them keeps what there was. */
  void ownNames() {
    hashes = hashes.clone();
    versions = versions.clone();
    offsets = offsets.clone();
    lengths = lengths.clone();
    areNamesFrozen = false;
  }

  /** Names that are left move together; a frozen state keeps the old array. */
  private void compact(final int length) {
    final byte[] target = new byte[textLength(length)];
    int to = 0;
    for (int at = 0; at < LENGTH; at++) {
      if (lengths[at] > 0) {
        System.arraycopy(text, offsets[at], target, to, lengths[at]);
        offsets[at] = to;
        to += lengths[at];
      }
    }
    text = target;
    textUsed = to;
  }

  private int textLength(final int length) {
    final int needed = textLive + length;
    return Math.max(TEXT_MIN, needed + needed / 8);
  }
}
