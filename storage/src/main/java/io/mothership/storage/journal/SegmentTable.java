package io.mothership.storage.journal;

import io.mothership.storage.recovery.SegmentIndex;
import java.util.List;

/**
 * All segments in order, replaced as a whole when one comes or goes.
 *
 * <p><i>Thread:</i> changed by one at a time, read by any.
 */
final class SegmentTable {
  private volatile SegmentIndex[] segments;

  SegmentTable(final List<SegmentIndex> recovered) {
    segments = recovered.toArray(SegmentIndex[]::new);
  }

  SegmentIndex[] all() {
    return segments;
  }

  synchronized void add(final SegmentIndex segment) {
    final SegmentIndex[] old = segments;
    final SegmentIndex[] grown = new SegmentIndex[old.length + 1];
    System.arraycopy(old, 0, grown, 0, old.length);
    grown[old.length] = segment;
    segments = grown;
  }

  synchronized void remove(final int segment) {
    final SegmentIndex[] old = segments;
    final int at = find(old, segment);
    if (at >= 0) {
      final SegmentIndex[] shrunk = new SegmentIndex[old.length - 1];
      System.arraycopy(old, 0, shrunk, 0, at);
      System.arraycopy(old, at + 1, shrunk, at, shrunk.length - at);
      segments = shrunk;
    }
  }

  /** Position of a segment, or {@code -(position of the next higher one) - 1}. */
  static int find(final SegmentIndex[] segments, final int segment) {
    int low = 0;
    int high = segments.length - 1;
    while (low <= high) {
      final int middle = (low + high) >>> 1;
      final int found = segments[middle].segment();
      if (found < segment) {
        low = middle + 1;
      } else if (found > segment) {
        high = middle - 1;
      } else {
        return middle;
      }
    }
    return -low - 1;
  }
}
