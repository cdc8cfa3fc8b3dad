package io.mothership.jetstream.index;

import static io.mothership.jetstream.index.IndexChunk.MARK_JOURNAL_SEQUENCE;
import static io.mothership.jetstream.index.IndexChunk.MARK_LOCATION;
import static io.mothership.jetstream.index.IndexChunk.MARK_NEXT_SAME;
import static io.mothership.jetstream.index.IndexChunk.MARK_POSITION;
import static io.mothership.jetstream.index.IndexChunk.MARK_PREVIOUS_SAME;
import static io.mothership.jetstream.index.IndexChunk.MARK_SIZE;
import static io.mothership.jetstream.index.IndexChunk.MARK_SUBJECT;
import static io.mothership.jetstream.index.IndexChunk.MARK_TIME;
import static io.mothership.jetstream.index.IndexChunk.PACKING;

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
    columns.clear();
    columns.live = packed.live;
    if (bytes[0] == PACKING) {
      at = 1;
      readMarked(columns);
    } else {
      at = 0;
      readUnmarked(columns);
    }
  }

  private void readMarked(final IndexChunk columns) {
    int row = -1;
    int rowStep = 1;
    long location = 0;
    long locationStep = 0;
    long journalSequence = 0;
    long journalStep = 0;
    long time = 0;
    long next = 0;
    long before = 0;
    int subject = 0;
    int size = 0;
    for (int left = columns.live; left > 0; left--) {
      final int marks = bytes[at++];
      if ((marks & MARK_POSITION) != 0) {
        rowStep += (int) next();
      }
      row += rowStep;
      if ((marks & MARK_LOCATION) != 0) {
        locationStep += next();
      }
      location += locationStep;
      if ((marks & MARK_JOURNAL_SEQUENCE) != 0) {
        journalStep += next();
      }
      journalSequence += journalStep;
      if ((marks & MARK_TIME) != 0) {
        time += next();
      }
      next = next == 0 ? 0 : next + rowStep;
      if ((marks & MARK_NEXT_SAME) != 0) {
        next += next();
      }
      before = before == 0 ? 0 : before + rowStep;
      if ((marks & MARK_PREVIOUS_SAME) != 0) {
        before += next();
      }
      if ((marks & MARK_SUBJECT) != 0) {
        subject += (int) next();
      }
      if ((marks & MARK_SIZE) != 0) {
        size += (int) next();
      }
      columns.locations[row] = location;
      columns.journalSequences[row] = journalSequence;
      columns.times[row] = time;
      columns.nextSame[row] = next;
      columns.previousSame[row] = before;
      columns.subjectIds[row] = subject;
      columns.sizes[row] = size;
    }
  }

  /** As chunks were packed up to state version 4. */
  private void readUnmarked(final IndexChunk columns) {
    int row = 0;
    long location = 0;
    long journalSequence = 0;
    long time = 0;
    long next = 0;
    long before = 0;
    long subject = 0;
    long size = 0;
    for (int left = columns.live; left > 0; left--) {
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
