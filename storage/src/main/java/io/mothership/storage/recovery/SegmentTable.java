package io.mothership.storage.recovery;

import java.util.ArrayList;
import java.util.List;

/**
 * All segments in order, replaced as a whole when one comes or goes.
 *
 * <p><i>Thread:</i> changed by one at a time, read by any.
 */
public final class SegmentTable {
  private volatile SegmentIndex[] segments;
  private volatile SegmentIndex[] retired = {};

  public SegmentTable(final List<SegmentIndex> recovered) {
    segments = recovered.toArray(SegmentIndex[]::new);
  }

  /** Oldest first; the last one may be being written. */
  public SegmentIndex[] all() {
    return segments;
  }

  /** The segment of a number, also if another has taken its place; null if it is gone. */
  public SegmentIndex find(final int segment) {
    final SegmentIndex[] known = segments;
    final int at = find(known, segment);
    if (at >= 0) {
      return known[at];
    }
    for (final SegmentIndex old : retired) {
      if (old.segment() == segment) {
        return old;
      }
    }
    return null;
  }

  /**
   * Puts a segment into the place of its neighbours; those are found by {@link #find(int)} until
   * {@link #takeRetired}.
   */
  public synchronized void replace(final List<SegmentIndex> group, final SegmentIndex rewritten) {
    final List<SegmentIndex> changed = new ArrayList<>(List.of(segments));
    final int at = changed.indexOf(group.getFirst());
    changed.removeAll(group);
    changed.add(at, rewritten);
    final List<SegmentIndex> old = new ArrayList<>(List.of(retired));
    old.addAll(group);
    retired = old.toArray(SegmentIndex[]::new);
    segments = changed.toArray(SegmentIndex[]::new);
  }

  /** Forgets the segments whose places others have taken, and says which they were. */
  public synchronized List<SegmentIndex> takeRetired() {
    final List<SegmentIndex> taken = List.of(retired);
    retired = new SegmentIndex[0];
    // A new array tells readers that something is gone.
    segments = segments.clone();
    return taken;
  }

  public synchronized void add(final SegmentIndex segment) {
    final SegmentIndex[] old = segments;
    final SegmentIndex[] grown = new SegmentIndex[old.length + 1];
    System.arraycopy(old, 0, grown, 0, old.length);
    grown[old.length] = segment;
    segments = grown;
  }

  public synchronized void remove(final int segment) {
    final SegmentIndex[] old = segments;
    final int at = find(old, segment);
    if (at >= 0) {
      final SegmentIndex[] shrunk = new SegmentIndex[old.length - 1];
      System.arraycopy(old, 0, shrunk, 0, at);
      System.arraycopy(old, at + 1, shrunk, at, shrunk.length - at);
      segments = shrunk;
    }
  }

  /** Position of the first segment with records behind those of one that is not there any more. */
  public static int after(final SegmentIndex[] segments, final int segment) {
    final int at = -find(segments, segment) - 1;
    return at > 0 && segments[at - 1].descriptor().replaces(segment) ? at - 1 : at;
  }

  /** Position of a segment, or {@code -(position of the next higher one) - 1}. */
  public static int find(final SegmentIndex[] segments, final int segment) {
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
