package io.mothership.stream;

import io.mothership.journal.StateDecoder;
import io.mothership.journal.StateEncoder;
import java.nio.BufferUnderflowException;

/**
 * Columns of a table some of whose rows are missing, written as if those were not there; a table
 * without gaps is copied as it is.
 *
 * <p><i>Thread:</i> one. <i>Allocates:</i> nothing after construction.
 */
final class Compacted {
  private final int rows;
  private final int[] places;
  private final long[] longs;
  private final int[] ints;
  private int count;

  Compacted(final int rows) {
    this.rows = rows;
    this.places = new int[rows];
    this.longs = new long[rows];
    this.ints = new int[rows];
  }

  /** Rows whose id is not {@link SubjectTable#NONE} are there; {@code newCount} of them. */
  void select(final int[] ids, final int newCount) {
    count = 0;
    if (newCount == rows) {
      count = rows;
      return;
    }
    for (int row = 0; row < rows; row++) {
      if (ids[row] != SubjectTable.NONE) {
        places[count++] = row;
      }
    }
  }

  void writePlaces(final StateEncoder out) {
    if (count < rows) {
      out.ints(places, 0, count);
    }
  }

  void write(final StateEncoder out, final long[] column) {
    if (count == rows) {
      out.longs(column, 0, rows);
      return;
    }
    for (int i = 0; i < count; i++) {
      longs[i] = column[places[i]];
    }
    out.longs(longs, 0, count);
  }

  void write(final StateEncoder out, final int[] column) {
    if (count == rows) {
      out.ints(column, 0, rows);
      return;
    }
    for (int i = 0; i < count; i++) {
      ints[i] = column[places[i]];
    }
    out.ints(ints, 0, count);
  }

  /** Reads which {@code newCount} rows are there. */
  void readPlaces(final StateDecoder in, final int newCount) {
    if (newCount < 0 || newCount > rows) {
      throw new BufferUnderflowException();
    }
    count = newCount;
    if (count < rows) {
      in.ints(places, 0, count);
    }
  }

  void read(final StateDecoder in, final long[] column) {
    if (count == rows) {
      in.longs(column, 0, rows);
      return;
    }
    in.longs(longs, 0, count);
    for (int i = 0; i < count; i++) {
      column[places[i]] = longs[i];
    }
  }

  void read(final StateDecoder in, final int[] column) {
    if (count == rows) {
      in.ints(column, 0, rows);
      return;
    }
    in.ints(ints, 0, count);
    for (int i = 0; i < count; i++) {
      column[places[i]] = ints[i];
    }
  }
}
