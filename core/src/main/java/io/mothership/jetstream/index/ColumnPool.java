package io.mothership.jetstream.index;

/**
 * Columns with a slot for each sequence, for the indexes of all streams: handed out again when they
 * are not in use any more, and the last ones that were unpacked only to be looked at kept at hand.
 * Those that wait to be handed out count in the budget. While that is tight, changes all over an
 * index leave few columns unpacked.
 *
 * <p><i>Thread:</i> ms-dispatch. <i>Allocates:</i> columns when no spare ones are left.
 */
public final class ColumnPool {
  private static final int SPARE_MAX = 4;

  /** A power of two. */
  private static final int VIEWS = 32;

  /** Columns that stay unpacked while memory is tight. */
  private static final int UNPACKED_MAX = 32;

  /** A power of two: one change unpacks a few more before the oldest are packed again. */
  private static final int UNPACKED_ROOM = 2 * UNPACKED_MAX;

  private final StateBudget budget;
  private final ChunkUnpacker unpacker = new ChunkUnpacker();
  private final IndexChunk[] spare = new IndexChunk[SPARE_MAX];
  private final IndexChunk[] viewed = new IndexChunk[VIEWS];
  private final IndexChunk[] views = new IndexChunk[VIEWS];
  private final StreamIndex[] unpackedIn = new StreamIndex[UNPACKED_ROOM];
  private final long[] unpackedNumbers = new long[UNPACKED_ROOM];
  private int unpackedFirst;
  private int unpackedCount;
  private int spareCount;
  private long columnBytes;

  public ColumnPool(final StateBudget budget) {
    this.budget = budget;
  }

  /** What the chunks of all indexes take of the heap. */
  public long columnBytes() {
    return columnBytes;
  }

  /** An index takes more or less. */
  void onGrown(final long bytes) {
    columnBytes += bytes;
  }

  /** What the heap would have to give for the next columns. */
  int growthBytes() {
    return spareCount > 0 ? 0 : IndexChunk.FULL_BYTES;
  }

  /** Empty columns. */
  IndexChunk take() {
    if (spareCount == 0) {
      final IndexChunk columns = new IndexChunk();
      columns.clear();
      return columns;
    }
    budget.add(-IndexChunk.FULL_BYTES);
    final IndexChunk columns = spare[--spareCount];
    columns.clear();
    return columns;
  }

  /** Nobody refers to this chunk any more. */
  void give(final IndexChunk chunk) {
    if (chunk.isFull() && spareCount < SPARE_MAX) {
      spare[spareCount++] = chunk;
      budget.add(IndexChunk.FULL_BYTES);
    }
  }

  /** A packed chunk as columns, to be written to. */
  IndexChunk unpacked(final IndexChunk packed) {
    final IndexChunk full = take();
    unpacker.unpack(packed, full);
    if (!full.isSparse()) {
      return full;
    }
    final IndexChunk compacted = full.compacted();
    give(full);
    return compacted;
  }

  /** Notes what was unpacked to be changed while memory is tight. */
  void onUnpacked(final StreamIndex index, final long number) {
    if (budget.isTight() && unpackedCount < UNPACKED_ROOM) {
      final int at = unpackedFirst + unpackedCount & UNPACKED_ROOM - 1;
      unpackedIn[at] = index;
      unpackedNumbers[at] = number;
      unpackedCount++;
    }
  }

  /**
   * Packs again what was unpacked longest ago, if that is many. Nobody holds columns then that are
   * to be changed.
   */
  void settle() {
    while (unpackedCount > UNPACKED_MAX) {
      final StreamIndex index = unpackedIn[unpackedFirst];
      unpackedIn[unpackedFirst] = null;
      final long number = unpackedNumbers[unpackedFirst];
      unpackedFirst = unpackedFirst + 1 & UNPACKED_ROOM - 1;
      unpackedCount--;
      index.packAgain(number);
    }
  }

  /**
   * A packed chunk as columns, to be looked at until the next call.
   *
   * @param number of the chunk, so that neighbours don't drive each other out
   */
  IndexChunk view(final IndexChunk packed, final long number) {
    final int at = (int) number & (VIEWS - 1);
    if (viewed[at] != packed) {
      if (views[at] == null) {
        views[at] = new IndexChunk();
      }
      viewed[at] = null;
      unpacker.unpack(packed, views[at]);
      viewed[at] = packed;
    }
    return views[at];
  }
}
