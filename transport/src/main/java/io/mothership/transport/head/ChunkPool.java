package io.mothership.transport.head;

import io.mothership.frame.HotPath;
import org.agrona.concurrent.UnsafeBuffer;
import org.jctools.queues.MpmcArrayQueue;

/**
 * Chunks that no outbox uses at the moment. Keeps a bounded number; more are made under load and
 * freed after it.
 *
 * <p><i>Thread:</i> any. <i>Allocates:</i> a chunk when none is free.
 */
public final class ChunkPool {
  private final MpmcArrayQueue<OutboxChunk> free;
  private final int chunkLength;
  private final UnsafeBuffer scratch;
  private final BufferBudget budget;

  /**
   * @param keptMax chunks kept when nobody uses them
   * @param lineLengthMax the longest control line of the head
   */
  public ChunkPool(
      final int chunkLength,
      final int keptMax,
      final int lineLengthMax,
      final BufferBudget budget) {
    this.budget = budget;
    this.chunkLength = chunkLength;
    this.free = new MpmcArrayQueue<>(keptMax);
    this.scratch = new UnsafeBuffer(new byte[lineLengthMax]);
  }

  OutboxChunk take(final ChunkedOutbox owner, final long ordinal) {
    OutboxChunk chunk = free.poll();
    if (chunk == null) {
      chunk = new OutboxChunk(this, chunkLength);
    }
    chunk.claim(owner, ordinal);
    budget.add(chunkLength);
    return chunk;
  }

  /** Whether an outbox in which so much waits may take more. */
  @HotPath
  boolean allows(final long pendingBytes, final int length) {
    return budget.allows(pendingBytes, length);
  }

  /** Whether the chunk was kept; otherwise its memory is to be freed. */
  boolean keep(final OutboxChunk chunk) {
    budget.add(-chunkLength);
    return free.offer(chunk);
  }

  int chunkLength() {
    return chunkLength;
  }

  /** Room for one control line that does not fit in what is left of a chunk; ms-dispatch only. */
  UnsafeBuffer scratch() {
    return scratch;
  }

  /** Frees what is kept. */
  public void close() {
    for (OutboxChunk chunk = free.poll(); chunk != null; chunk = free.poll()) {
      chunk.free();
    }
  }
}
