package io.mothership.frame;

import java.nio.charset.StandardCharsets;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A flyweight over a run of bytes in somebody else's buffer; valid only as long as that buffer is.
 *
 * <p><i>Thread:</i> one. <i>Allocates:</i> never, except where a method says so.
 */
public final class Slice {
  private static final UnsafeBuffer NOTHING = new UnsafeBuffer(new byte[0]);

  private DirectBuffer buffer = NOTHING;
  private int offset;
  private int length;

  public static Slice of(final byte[] bytes) {
    return new Slice().wrap(new UnsafeBuffer(bytes), 0, bytes.length);
  }

  /** ASCII or UTF-8 text; allocates. */
  public static Slice of(final String text) {
    return of(text.getBytes(StandardCharsets.UTF_8));
  }

  public Slice wrap(final DirectBuffer newBuffer, final int newOffset, final int newLength) {
    buffer = newBuffer;
    offset = newOffset;
    length = newLength;
    return this;
  }

  public Slice wrap(final Slice other) {
    return wrap(other.buffer, other.offset, other.length);
  }

  public Slice clear() {
    return wrap(NOTHING, 0, 0);
  }

  public DirectBuffer buffer() {
    return buffer;
  }

  public int offset() {
    return offset;
  }

  public int length() {
    return length;
  }

  public boolean isEmpty() {
    return length == 0;
  }

  public byte byteAt(final int index) {
    return buffer.getByte(offset + index);
  }

  public boolean startsWith(final byte[] prefix) {
    if (length < prefix.length) {
      return false;
    }
    for (int i = 0; i < prefix.length; i++) {
      if (buffer.getByte(offset + i) != prefix[i]) {
        return false;
      }
    }
    return true;
  }

  public boolean contentEquals(final byte[] bytes) {
    return length == bytes.length && startsWith(bytes);
  }

  /** A copy; allocates. */
  public byte[] toByteArray() {
    final byte[] bytes = new byte[length];
    buffer.getBytes(offset, bytes);
    return bytes;
  }

  /** The bytes as UTF-8 text; allocates. */
  @Override
  public String toString() {
    return length == 0 ? "" : new String(toByteArray(), StandardCharsets.UTF_8);
  }
}
