package io.mothership.jetstream.index;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.agrona.BufferUtil;

/**
 * Whether a frozen state is in use. As long as one is, what it shares with the streams is copied
 * before it changes, and the copies count in the budget.
 *
 * <p><i>Thread:</i> ms-dispatch. <i>Allocates:</i> room for packing, once.
 */
public final class Freezing {
  private final StateBudget budget;
  private byte[] scratch = {};
  private long copiedBytes;
  private boolean isUnderWay;
  private final List<ByteBuffer> outdated = new ArrayList<>();

  public Freezing() {
    this(StateBudget.unlimited());
  }

  public Freezing(final StateBudget budget) {
    this.budget = budget;
  }

  public void begin() {
    isUnderWay = true;
  }

  /** Nobody reads the frozen state any more. */
  public void end() {
    isUnderWay = false;
    budget.addCopies(-copiedBytes);
    copiedBytes = 0;
    outdated.forEach(BufferUtil::free);
    outdated.clear();
  }

  /** Memory outside the heap that only the frozen state looks at. */
  public void freeLater(final ByteBuffer buffer) {
    outdated.add(buffer);
  }

  public boolean isUnderWay() {
    return isUnderWay;
  }

  /** So many bytes are there twice, until the frozen state is let go. */
  public void onCopied(final int bytes) {
    copiedBytes += bytes;
    budget.addCopies(bytes);
  }

  /** Room for a packed chunk. */
  byte[] scratch() {
    if (scratch.length == 0) {
      scratch = new byte[IndexChunk.PACKED_LENGTH_MAX];
    }
    return scratch;
  }
}
