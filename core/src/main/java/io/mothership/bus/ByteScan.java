package io.mothership.bus;

import io.mothership.frame.HotPath;
import java.nio.ByteOrder;
import org.agrona.DirectBuffer;

/**
 * Looks at eight bytes at a time: what reads a byte at a time pays for each with a check of bounds.
 *
 * <p><i>Thread:</i> any. <i>Allocates:</i> never.
 */
public final class ByteScan {
  private static final long ONES = 0x0101010101010101L;
  private static final long HIGHS = 0x8080808080808080L;
  private static final long ABOVE_BLANK = ONES * (' ' + 1);

  private ByteScan() {}

  /** Place of the first {@code wanted} from {@code from} on, or {@code to} if there is none. */
  @HotPath
  public static int indexOf(
      final DirectBuffer buffer, final int from, final int to, final byte wanted) {
    final long pattern = ONES * (wanted & 0xFF);
    for (int at = from; at < to; at += Long.BYTES) {
      final long difference = word(buffer, at) ^ pattern;
      final long hits = difference - ONES & ~difference & HIGHS;
      if (hits != 0) {
        return Math.min(to, at + (Long.numberOfTrailingZeros(hits) >>> 3));
      }
    }
    return to;
  }

  /**
   * Place of the first byte from {@code from} on that is a space or a control character, or {@code
   * to} if there is none.
   */
  @HotPath
  public static int indexOfBlank(final DirectBuffer buffer, final int from, final int to) {
    for (int at = from; at < to; at += Long.BYTES) {
      final long word = word(buffer, at);
      final long hits = word - ABOVE_BLANK & ~word & HIGHS;
      if (hits != 0) {
        return Math.min(to, at + (Long.numberOfTrailingZeros(hits) >>> 3));
      }
    }
    return to;
  }

  /**
   * The bytes from {@code from} on up to {@code to}, eight at most, the first one lowest; the rest
   * is zero.
   */
  @HotPath
  public static long word(final DirectBuffer buffer, final int from, final int to) {
    final int length = to - from;
    final long word = word(buffer, from);
    return length >= Long.BYTES ? word : word & (1L << length * Byte.SIZE) - 1;
  }

  /** As {@link #word(DirectBuffer, int, int)}. */
  public static long word(final byte[] bytes, final int from, final int to) {
    long word = 0;
    for (int at = Math.min(to, from + Long.BYTES) - 1; at >= from; at--) {
      word = word << Byte.SIZE | bytes[at] & 0xFF;
    }
    return word;
  }

  /** Eight bytes; those behind the buffer's end are zero. */
  @HotPath
  private static long word(final DirectBuffer buffer, final int at) {
    final int capacity = buffer.capacity();
    if (capacity - at >= Long.BYTES) {
      return buffer.getLong(at, ByteOrder.LITTLE_ENDIAN);
    }
    long word = 0;
    for (int last = capacity - 1; last >= at; last--) {
      word = word << Byte.SIZE | buffer.getByte(last) & 0xFF;
    }
    return word;
  }
}
