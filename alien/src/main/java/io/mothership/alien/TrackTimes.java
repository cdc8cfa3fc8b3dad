package io.mothership.alien;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/**
 * When each point of a track is due, as far as its times can be used.
 *
 * <p>A point without a time of use lies evenly between its neighbours that have one, and a second
 * from the next where there is none beyond it. A time counts as of use if it is not before one that
 * was used in the same track. Tracks follow each other a second apart if the later one in the file
 * was not recorded later. Where no time advances at all, all points are a second apart.
 */
final class TrackTimes {
  private static final long STEP_MICROS = 1_000_000;

  private final List<GpxTrack.Point> points;
  private final boolean[] isUsed;
  private final long[] offsets;
  private final String remark;

  private TrackTimes(
      final List<GpxTrack.Point> points,
      final boolean[] isUsed,
      final long[] offsets,
      final String remark) {
    this.points = points;
    this.isUsed = isUsed;
    this.offsets = offsets;
    this.remark = remark;
  }

  static TrackTimes of(final List<GpxTrack.Point> points) {
    final int count = points.size();
    final boolean[] isUsed = new boolean[count];
    int used = 0;
    boolean isAdvancing = false;
    int last = -1;
    for (int i = 0; i < count; i++) {
      final boolean isNewTrack = last >= 0 && points.get(last).track() != points.get(i).track();
      if (points.get(i).time().isPresent()) {
        final long step = last < 0 ? 0 : micros(points, last, i);
        if (last < 0 || isNewTrack || step >= 0) {
          isUsed[i] = true;
          used++;
          isAdvancing |= !isNewTrack && step > 0;
          last = i;
        }
      }
    }
    if (!isAdvancing) {
      return new TrackTimes(points, new boolean[count], steps(count), remark(count, 0));
    }
    return new TrackTimes(points, isUsed, offsets(points, isUsed), remark(count, used));
  }

  private static String remark(final int count, final int used) {
    if (used == count) {
      return "";
    }
    if (used == 0) {
      return "no times of use: " + count + " points are played one a second";
    }
    return (count - used)
        + " of "
        + count
        + " points have no time of use: they are played evenly between their neighbours";
  }

  private static long[] steps(final int count) {
    final long[] offsets = new long[count];
    for (int i = 1; i < count; i++) {
      offsets[i] = i * STEP_MICROS;
    }
    return offsets;
  }

  private static long[] offsets(final List<GpxTrack.Point> points, final boolean[] isUsed) {
    final int count = points.size();
    final long[] offsets = new long[count];
    int last = -1;
    for (int i = 0; i < count; i++) {
      if (!isUsed[i]) {
        continue;
      }
      if (last < 0) {
        offsets[i] = i * STEP_MICROS;
      } else {
        final long measured = micros(points, last, i);
        final boolean isSameTrack = points.get(last).track() == points.get(i).track();
        offsets[i] =
            offsets[last] + (isSameTrack || measured > 0 ? measured : (i - last) * STEP_MICROS);
      }
      fill(offsets, last, i);
      last = i;
    }
    for (int i = last + 1; i < count; i++) {
      offsets[i] = offsets[i - 1] + STEP_MICROS;
    }
    return offsets;
  }

  /** Spreads the points between two that have their place; those before the first count back. */
  private static void fill(final long[] offsets, final int from, final int to) {
    for (int i = from + 1; i < to; i++) {
      offsets[i] =
          from < 0
              ? i * STEP_MICROS
              : offsets[from] + (offsets[to] - offsets[from]) * (i - from) / (to - from);
    }
  }

  /** Microseconds since the first point; never falls. */
  long offsetMicros(final int index) {
    return offsets[index];
  }

  /** Microseconds that were measured since the point before, 0 if there is no telling. */
  long measuredMicros(final int index) {
    return index > 0 && isUsed[index] && isUsed[index - 1] ? micros(points, index - 1, index) : 0;
  }

  /** The time the recorder gave, if it is of use. */
  Optional<Instant> recordedAt(final int index) {
    return isUsed[index] ? points.get(index).time() : Optional.empty();
  }

  /** What could not be used, for people; empty if everything was. */
  String remark() {
    return remark;
  }

  private static long micros(final List<GpxTrack.Point> points, final int from, final int to) {
    return ChronoUnit.MICROS.between(
        points.get(from).time().orElseThrow(), points.get(to).time().orElseThrow());
  }
}
