package io.mothership.transport.head;

import io.mothership.frame.HotPath;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory that all clients together may fill: with messages that have not come whole, and with
 * backlogs of those who read slowly.
 *
 * <p>A client may hold as much as is still free. So what few hold leaves as much for all others,
 * and the more hold much, the less each may; who holds little is served until the end.
 *
 * <p><i>Thread:</i> any. <i>Allocates:</i> never.
 */
public final class BufferBudget {
  private final long bytesMax;
  private final AtomicLong used = new AtomicLong();

  public BufferBudget(final long bytesMax) {
    this.bytesMax = bytesMax;
  }

  /** Whether a client that holds {@code held} bytes may hold {@code more}. */
  @HotPath
  public boolean allows(final long held, final long more) {
    return held + more <= bytesMax - used.get();
  }

  /** Bytes were taken, or given back if negative. */
  public void add(final long bytes) {
    used.addAndGet(bytes);
  }

  public long usedBytes() {
    return used.get();
  }
}
