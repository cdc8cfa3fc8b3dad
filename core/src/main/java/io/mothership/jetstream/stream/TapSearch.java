package io.mothership.jetstream.stream;

import io.mothership.dispatch.LookUp;
import io.mothership.fabric.Fabric.Backlog;
import io.mothership.fabric.TapFilter;
import io.mothership.jetstream.index.StreamIndex;
import io.mothership.jetstream.index.SubjectPatterns;
import io.mothership.jetstream.model.StreamConfig.Retention;
import io.mothership.journal.Journal;
import java.util.ArrayList;
import java.util.List;

/**
 * Tells taps where the messages are that they want, by the indexes of the streams, in the order of
 * the journal.
 *
 * <p>One answer costs some {@value #BUDGET} looks at most, about as long as a hundred publishes
 * take, however much there is.
 *
 * <p><i>Thread:</i> ms-dispatch. <i>Allocates:</i> a cursor per tap and stream.
 */
public final class TapSearch {
  private static final int BUDGET = 4096;

  private final StreamHome home;

  public TapSearch(final StreamHome home) {
    this.home = home;
  }

  /** A tap's cursors, and what they stand for. */
  private static final class Place {
    private final List<TapCursor> cursors = new ArrayList<>();
    private int generation = -1;
    private boolean isIncomplete;
    private long reached = Long.MIN_VALUE;
  }

  /** Answers where the next messages are. */
  public void lookUp(final LookUp lookUp) {
    if (!(lookUp.place() instanceof Place)) {
      lookUp.place(new Place());
    }
    final Place place = (Place) lookUp.place();
    if (place.generation != home.generation()) {
      choose(place, lookUp);
    }
    if (place.isIncomplete) {
      lookUp.incomplete();
      if (lookUp.filter().hasAcknowledged()) {
        return;
      }
    }
    if (place.reached != lookUp.from()) {
      place.cursors.forEach(cursor -> cursor.place(lookUp.from(), lookUp.timeNs()));
    }
    place.cursors.forEach(cursor -> lookUp.lost(lost(cursor)));
    if (lookUp.isBackwards()) {
      searchBackwards(place, lookUp);
    } else {
      searchForwards(place, lookUp);
    }
  }

  /** What a work queue lost was done with. */
  private static long lost(final TapCursor cursor) {
    final long lost = cursor.takeLost();
    return cursor.stream().config().retention() == Retention.LIMITS ? lost : 0;
  }

  private void choose(final Place place, final LookUp lookUp) {
    place.cursors.clear();
    place.isIncomplete = false;
    place.generation = home.generation();
    place.reached = Long.MIN_VALUE;
    for (final Stream stream : home.streams()) {
      if (isWanted(stream, lookUp.filter())) {
        place.cursors.add(new TapCursor(stream, lookUp));
        place.isIncomplete |= stream.config().retention() != Retention.LIMITS;
      }
    }
  }

  private static boolean isWanted(final Stream stream, final TapFilter filter) {
    if (!filter.streams().isEmpty() && !filter.streams().contains(stream.name())) {
      return false;
    }
    if (filter.subjects().isEmpty()) {
      return true;
    }
    for (final String wanted : filter.subjects()) {
      for (final String kept : stream.config().subjects()) {
        if (SubjectPatterns.overlap(wanted, kept)) {
          return true;
        }
      }
    }
    return false;
  }

  private void searchForwards(final Place place, final LookUp lookUp) {
    final long horizon = home.exchange().appendedSequence();
    int budget = BUDGET;
    long reached = Long.MIN_VALUE;
    while (!lookUp.isFull() && reached == Long.MIN_VALUE) {
      long bound = horizon;
      TapCursor nearest = null;
      for (final TapCursor cursor : place.cursors) {
        budget = cursor.advance(budget);
        if (!cursor.hasHead()) {
          bound = Math.min(bound, cursor.bound());
        } else if (nearest == null
            || cursor.headJournalSequence() < nearest.headJournalSequence()) {
          nearest = cursor;
        }
      }
      budget -= place.cursors.size() >> 2;
      if (nearest == null) {
        reached = bound;
      } else if (nearest.headJournalSequence() > bound
          || nearest.headLocation() == Journal.NOWHERE) {
        reached = Math.min(bound, nearest.headJournalSequence() - 1);
      } else {
        lookUp.add(nearest.headJournalSequence(), nearest.headLocation());
        nearest.pass();
      }
    }
    place.reached =
        Math.max(lookUp.from(), reached == Long.MIN_VALUE ? lookUp.lastSequence() : reached);
    lookUp.end(place.reached, false);
  }

  private void searchBackwards(final Place place, final LookUp lookUp) {
    int budget = BUDGET;
    long reached = Long.MAX_VALUE;
    while (!lookUp.isFull() && reached == Long.MAX_VALUE) {
      long bound = 0;
      TapCursor nearest = null;
      for (final TapCursor cursor : place.cursors) {
        budget = cursor.advance(budget);
        if (!cursor.hasHead()) {
          bound = Math.max(bound, cursor.bound());
        } else if (nearest == null
            || cursor.headJournalSequence() > nearest.headJournalSequence()) {
          nearest = cursor;
        }
      }
      budget -= place.cursors.size() >> 2;
      if (nearest == null || nearest.headJournalSequence() < bound) {
        reached = bound;
      } else {
        lookUp.add(nearest.headJournalSequence(), nearest.headLocation());
        nearest.pass();
      }
    }
    place.reached =
        Math.min(lookUp.from(), reached == Long.MAX_VALUE ? lookUp.lastSequence() : reached);
    lookUp.end(place.reached, place.reached == 0);
  }

  /** Counts what is beyond a place. */
  public void backlog(final LookUp lookUp) {
    long records = 0;
    long bytes = 0;
    long oldestNs = 0;
    for (final Stream stream : home.streams()) {
      if (isWanted(stream, lookUp.filter())) {
        final StreamIndex index = stream.index();
        final long next = index.firstAbove(lookUp.from());
        if (next <= stream.committedSequence()) {
          final long ahead =
              next == index.first() ? index.count() : stream.committedSequence() - next + 1;
          final long more = Math.min(ahead, index.count());
          records += more;
          bytes += more * (index.bytes() / Math.max(1, index.count()));
          oldestNs = oldestNs == 0 ? index.timeNs(next) : Math.min(oldestNs, index.timeNs(next));
        }
      }
    }
    lookUp.backlog(new Backlog(records, bytes, oldestNs));
  }
}
