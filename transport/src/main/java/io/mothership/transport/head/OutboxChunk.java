package io.mothership.transport.head;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.buffer.UnpooledDirectByteBuf;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A piece of outgoing bytes: filled on ms-dispatch, written as a {@code ByteBuf} by the event loop,
 * and back in its pool when Netty lets go of it.
 *
 * <p><i>Thread:</i> one owner at a time: whoever took it from the pool, the queue or the open slot.
 */
public final class OutboxChunk extends UnpooledDirectByteBuf {
  static final int NO_BOUNDARY = -1;

  private final ChunkPool pool;
  private final UnsafeBuffer memory;
  private final int length;
  private ChunkedOutbox owner;
  private long ordinal;
  private int position;
  private int firstBoundary;

  OutboxChunk(final ChunkPool pool, final int length) {
    super(UnpooledByteBufAllocator.DEFAULT, length, length);
    this.pool = pool;
    this.length = length;
    this.memory = new UnsafeBuffer(nioBuffer(0, length));
  }

  void claim(final ChunkedOutbox newOwner, final long newOrdinal) {
    resetRefCnt();
    owner = newOwner;
    ordinal = newOrdinal;
    position = 0;
    firstBoundary = NO_BOUNDARY;
  }

  /** What is filled, from {@link #position} on. */
  public UnsafeBuffer memory() {
    return memory;
  }

  /** Counts the chunks of one outbox in the order of their bytes. */
  long ordinal() {
    return ordinal;
  }

  public int position() {
    return position;
  }

  public void position(final int newPosition) {
    position = newPosition;
  }

  public int remaining() {
    return length - position;
  }

  /** Notes that a message starts at the position. */
  void markBoundary() {
    if (firstBoundary == NO_BOUNDARY) {
      firstBoundary = position;
    }
  }

  /** Where the first message that starts in this chunk starts, or {@link #NO_BOUNDARY}. */
  int firstBoundary() {
    return firstBoundary;
  }

  /** Makes what was filled readable for Netty. */
  OutboxChunk seal() {
    setIndex(0, position);
    return this;
  }

  @Override
  protected void deallocate() {
    final ChunkedOutbox releasing = owner;
    owner = null;
    if (releasing != null) {
      releasing.onReleased(position);
    }
    if (!pool.keep(this)) {
      free();
    }
  }

  void free() {
    super.deallocate();
  }
}
