package io.mothership.journal;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Reads what {@link StateEncoder} wrote. Whoever made it has verified the bytes; a read beyond
 * their end throws {@link BufferUnderflowException} all the same.
 *
 * <p><i>Thread:</i> one.
 */
public final class StateDecoder {
  private final ByteBuffer buffer;

  public StateDecoder(final ByteBuffer bytes) {
    this.buffer = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
  }

  public int i32() {
    return buffer.getInt();
  }

  public long i64() {
    return buffer.getLong();
  }

  /** A count, which has to fit into what is left. */
  public int count(final int bytesEach) {
    final int count = buffer.getInt();
    if (count < 0 || (long) count * bytesEach > buffer.remaining()) {
      throw new BufferUnderflowException();
    }
    return count;
  }

  /** A count and as many bytes. */
  public byte[] bytes() {
    final byte[] values = new byte[count(1)];
    buffer.get(values);
    return values;
  }

  /** A count and as many bytes, which are not copied. */
  public ByteBuffer slice() {
    final int count = count(1);
    final ByteBuffer part = buffer.slice(buffer.position(), count);
    buffer.position(buffer.position() + count);
    return part;
  }

  /** Numbers without their count. */
  public void longs(final long[] values, final int from, final int count) {
    require((long) count * Long.BYTES);
    buffer.asLongBuffer().get(values, from, count);
    buffer.position(buffer.position() + count * Long.BYTES);
  }

  /** Numbers without their count. */
  public void ints(final int[] values, final int from, final int count) {
    require((long) count * Integer.BYTES);
    buffer.asIntBuffer().get(values, from, count);
    buffer.position(buffer.position() + count * Integer.BYTES);
  }

  /** Whether everything was read. */
  public boolean isAtEnd() {
    return !buffer.hasRemaining();
  }

  private void require(final long length) {
    if (length < 0 || length > buffer.remaining()) {
      throw new BufferUnderflowException();
    }
  }
}
