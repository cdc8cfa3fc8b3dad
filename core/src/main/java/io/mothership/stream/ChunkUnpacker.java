package io.mothership.stream;

/**
 * Reads packed chunks, the other way round of {@link IndexChunk#pack}.
 *
 * <p><i>Thread:</i> one. <i>Allocates:</i> nothing after construction, unless a chunk is packed to
 * more than ever before.
 */
final class ChunkUnpacker {
  private byte[] bytes = new byte[IndexChunk.LENGTH * 16];
  private int at;

  /** Fills columns, which have a slot for each sequence, with what a chunk says. */
  void unpack(final IndexChunk packed, final IndexChunk columns) {
    final int length = packed.packed().capacity();
    if (length > bytes.length) {
      bytes = new byte[length];
    }
    packed.packed().get(0, bytes, 0, length);
    at = 0;
    columns.clear();
    columns.live = packed.live;
    int row = 0;
    long location = 0;
    long journalSequence = 0;
    long time = 0;
    long next = 0;
    long before = 0;
    long subject = 0;
    long size = 0;
    for (int left = packed.live; left > 0; left--) {
      row += (int) next();
      columns.locations[row] = location += next();
      columns.journalSequences[row] = journalSequence += next();
      columns.times[row] = time += next();
      columns.nextSame[row] = next += next();
      columns.previousSame[row] = before += next();
      columns.subjectIds[row] = (int) (subject += next());
      columns.sizes[row] = (int) (size += next());
    }
  }

  private long next() {
    long bits = 0;
    int shift = 0;
    byte part = bytes[at++];
    while (part < 0) {
      bits |= (part & 0x7FL) << shift;
      shift += 7;
      part = bytes[at++];
    }
    bits |= (long) part << shift;
    return bits >>> 1 ^ -(bits & 1);
  }
}
