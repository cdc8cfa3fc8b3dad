package io.mothership.api.follow;

import io.mothership.fabric.TapStart;

/**
 * How far a follower is.
 *
 * @param position journal sequence up to which it is done, 0 = nothing yet
 * @param fromNs where it begins while nothing is done, ns since 1970; 0 = at the oldest record
 * @param mark journal sequence of the last record delivered, 0 = none
 * @param markNs when that record was stored: tells this journal from another
 * @param isPaused whether somebody stopped it
 */
record FollowerPlace(long position, long fromNs, long mark, long markNs, boolean isPaused) {

  /** Nothing done yet. */
  static FollowerPlace at(final TapStart start, final long committed) {
    return switch (start) {
      case TapStart.Now() -> new FollowerPlace(committed, 0, 0, 0, false);
      case TapStart.AtTime(final long timeNs) -> new FollowerPlace(0, timeNs, 0, 0, false);
      case TapStart.AfterSequence(final long after) -> new FollowerPlace(after, 0, 0, 0, false);
      case TapStart.Oldest(), TapStart.Before(_, _) -> new FollowerPlace(0, 0, 0, 0, false);
    };
  }

  TapStart start() {
    if (position > 0) {
      return new TapStart.AfterSequence(position);
    }
    return fromNs > 0 ? new TapStart.AtTime(fromNs) : new TapStart.Oldest();
  }

  FollowerPlace delivered(final long sequence, final long timeNs) {
    return new FollowerPlace(sequence, 0, sequence, timeNs, isPaused);
  }

  FollowerPlace passed(final long sequence) {
    return new FollowerPlace(Math.max(position, sequence), 0, mark, markNs, isPaused);
  }

  FollowerPlace paused(final boolean newPaused) {
    return new FollowerPlace(position, fromNs, mark, markNs, newPaused);
  }
}
