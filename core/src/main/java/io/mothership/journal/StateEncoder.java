package io.mothership.journal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Writes state little endian into a buffer that is emptied whenever it is full, so that state of
 * any size passes through little memory.
 *
 * <p><i>Thread:</i> one. <i>Allocates:</i> nothing after construction.
 */
public final class StateEncoder {
  private final ByteBuffer buffer;
  private final Drain drain;
  private long handedOn;

  /** Takes a full buffer: everything between its position and its limit. */
  @FunctionalInterface
  public interface Drain {
    void drain(ByteBuffer part);
  }

  /**
   * @param bufferLength bytes gathered before they are handed on, at least 8
   */
  public StateEncoder(final int bufferLength, final Drain drain) {
    this.buffer = ByteBuffer.allocateDirect(bufferLength).order(ByteOrder.LITTLE_ENDIAN);
    this.drain = drain;
  }

  /** Bytes written so far. */
  public long position() {
    return handedOn + buffer.position();
  }

  public StateEncoder i32(final int value) {
    room(Integer.BYTES).putInt(value);
    return this;
  }

  public StateEncoder i64(final long value) {
    room(Long.BYTES).putLong(value);
    return this;
  }

  /** Bytes without their count. */
  public StateEncoder bytes(final byte[] values, final int from, final int count) {
    int done = 0;
    while (done < count) {
      final int part = Math.min(count - done, room(1).remaining());
      buffer.put(values, from + done, part);
      done += part;
    }
    return this;
  }

  /** A count and as many bytes: everything up to the capacity of {@code values}. */
  public StateEncoder bytes(final ByteBuffer values) {
    return i32(values.capacity()).content(values);
  }

  /** The same without the count. */
  public StateEncoder content(final ByteBuffer values) {
    final int count = values.capacity();
    int done = 0;
    while (done < count) {
      final int part = Math.min(count - done, room(1).remaining());
      buffer.put(buffer.position(), values, done, part);
      buffer.position(buffer.position() + part);
      done += part;
    }
    return this;
  }

  /** A count and as many bytes. */
  public StateEncoder bytes(final byte[] values) {
    return i32(values.length).bytes(values, 0, values.length);
  }

  /** Numbers without their count. */
  public StateEncoder longs(final long[] values, final int from, final int count) {
    int done = 0;
    while (done < count) {
      final int part = Math.min(count - done, room(Long.BYTES).remaining() / Long.BYTES);
      buffer.asLongBuffer().put(values, from + done, part);
      buffer.position(buffer.position() + part * Long.BYTES);
      done += part;
    }
    return this;
  }

  /** Numbers without their count. */
  public StateEncoder ints(final int[] values, final int from, final int count) {
    int done = 0;
    while (done < count) {
      final int part = Math.min(count - done, room(Integer.BYTES).remaining() / Integer.BYTES);
      buffer.asIntBuffer().put(values, from + done, part);
      buffer.position(buffer.position() + part * Integer.BYTES);
      done += part;
    }
    return this;
  }

  /** Hands on what is left; the last call. */
  public void finish() {
    if (buffer.position() > 0) {
      handOn();
    }
  }

  private ByteBuffer room(final int length) {
    if (buffer.remaining() < length) {
      handOn();
    }
    return buffer;
  }

  private void handOn() {
    handedOn += buffer.position();
    drain.drain(buffer.flip());
    buffer.clear();
  }
}
