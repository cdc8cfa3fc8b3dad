package io.mothership.bus;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.agrona.concurrent.UnsafeBuffer;
import org.jctools.queues.MpmcArrayQueue;

/**
 * Buffers for frames too large for a ring: the ring carries the slot's number instead. Bounded in
 * slots and bytes.
 *
 * <p><i>Thread:</i> any takes, any gives back. <i>Allocates:</i> a buffer when a slot grows; slots
 * keep up to {@value #KEPT_LENGTH_MAX} bytes. <i>Back-pressure:</i> {@link Pressure#FULL}.
 */
public final class FramePool {
  private static final int KEPT_LENGTH_MAX = 2 * 1024 * 1024;

  private final AtomicReferenceArray<UnsafeBuffer> buffers;
  private final MpmcArrayQueue<Integer> free;
  private final AtomicLong usedBytes = new AtomicLong();
  private final long bytesMax;

  public FramePool(final int slots, final long bytesMax) {
    this.buffers = new AtomicReferenceArray<>(slots);
    this.free = new MpmcArrayQueue<>(slots);
    this.bytesMax = bytesMax;
    for (int i = 0; i < slots; i++) {
      free.offer(i);
    }
  }

  /**
   * Takes a slot of at least {@code length} bytes.
   *
   * @return its number, or {@link Pressure#FULL}, or {@link Pressure#TOO_LARGE} if it exceeds the
   *     whole budget
   */
  public int tryAcquire(final int length) {
    if (length > bytesMax) {
      return Pressure.TOO_LARGE;
    }
    final Integer slot = free.poll();
    if (slot == null) {
      return Pressure.FULL;
    }
    UnsafeBuffer buffer = buffers.get(slot);
    final int held = buffer == null ? 0 : buffer.capacity();
    if (held < length) {
      if (usedBytes.addAndGet(length - held) > bytesMax) {
        usedBytes.addAndGet(held - length);
        free.offer(slot);
        return Pressure.FULL;
      }
      buffer = new UnsafeBuffer(new byte[length]);
      buffers.set(slot, buffer);
    }
    return slot;
  }

  /** The buffer of a slot that is held. */
  public UnsafeBuffer buffer(final int slot) {
    return buffers.get(slot);
  }

  public void release(final int slot) {
    final UnsafeBuffer buffer = buffers.get(slot);
    if (buffer.capacity() > KEPT_LENGTH_MAX) {
      usedBytes.addAndGet(-buffer.capacity());
      buffers.set(slot, null);
    }
    free.offer(slot);
  }
}
