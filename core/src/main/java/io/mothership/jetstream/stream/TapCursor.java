package io.mothership.jetstream.stream;

import io.mothership.dispatch.LookUp;
import io.mothership.jetstream.index.StreamIndex;
import io.mothership.jetstream.index.SubjectChoice;
import io.mothership.jetstream.index.SubjectFilter;
import io.mothership.jetstream.index.SubjectTable;
import java.util.Arrays;

/**
 * Where a tap is in one stream. It goes along the chains of the subjects that are wanted if those
 * are few and their place is known, and looks at message after message otherwise.
 *
 * <p><i>Thread:</i> ms-dispatch. <i>Allocates:</i> nothing after construction.
 */
final class TapCursor {
  private static final int CHAINS_MAX = 16;

  /** Messages looked at in one piece. */
  private static final int LOOKS = 256;

  /** A piece may have to unpack a chunk. */
  private static final int PIECE_COST = 2 * LOOKS;

  private final Stream stream;
  private final StreamIndex index;
  private final SubjectFilter filter;
  private final SubjectChoice choice;
  private final boolean isBackwards;

  /** Of each chosen subject, the message in its chain that is known to come next, 0 = unknown. */
  private final long[] chainIds = new long[CHAINS_MAX];

  private final long[] chained = new long[CHAINS_MAX];

  /** The sequence to look at next: everything wanted before it was told. */
  private long next;

  /** The message found, 0 = none yet. */
  private long head;

  private boolean isPlaced;

  TapCursor(final Stream stream, final LookUp lookUp) {
    this.stream = stream;
    this.index = stream.index();
    this.filter = stream.filter(lookUp.filter().subjects());
    this.choice = new SubjectChoice(index.subjects(), filter);
    this.isBackwards = lookUp.isBackwards();
    Arrays.fill(chainIds, SubjectTable.NONE);
  }

  Stream stream() {
    return stream;
  }

  /** Begins beyond a journal sequence and a time. */
  void place(final long journalSequence, final long timeNs) {
    head = 0;
    isPlaced = true;
    Arrays.fill(chained, 0);
    if (isBackwards) {
      final long end =
          journalSequence == Long.MAX_VALUE
              ? stream.lastSequence() + 1
              : index.firstAbove(journalSequence - 1);
      final long late = timeNs == Long.MAX_VALUE ? end : index.firstAt(timeNs + 1);
      next = Math.min(Math.min(end, late) - 1, stream.committedSequence());
    } else {
      final long start =
          journalSequence <= 0 ? stream.firstSequence() : index.firstAbove(journalSequence);
      next = timeNs == Long.MIN_VALUE ? start : Math.max(start, index.firstAt(timeNs));
    }
  }

  /** Messages that went from the stream before this got to them, since the last call. */
  long takeLost() {
    if (!isPlaced || isBackwards || index.first() <= next) {
      return 0;
    }
    final long lost = index.first() - next;
    next = index.first();
    if (head < next) {
      head = 0;
    }
    return lost;
  }

  /**
   * Finds the next message, unless it is found already.
   *
   * @param budget looks it may take
   * @return what is left of it
   */
  int advance(final int budget) {
    if (head != 0 && (!index.isPresent(head) || !filter.matches(index.subjectId(head)))) {
      head = 0;
    }
    int left = budget;
    while (head == 0 && !isAtEnd() && left > 0) {
      // Where subjects come and go all the time the search never ends: something is left to look.
      left -= left / 2 - choice.search(left / 2);
      if (choice.isKnown()) {
        left -= choice.count() + 1;
        final long chainHead = chainHead();
        if (chainHead >= 0) {
          head = chainHead;
          if (head == 0) {
            finish();
          }
          break;
        }
      }
      left -= scan();
    }
    return left;
  }

  private void finish() {
    next = isBackwards ? 0 : stream.committedSequence() + 1;
  }

  /** Whether nothing is left that may be seen now. */
  boolean isAtEnd() {
    return isBackwards ? next < index.first() : next > stream.committedSequence();
  }

  /** The nearest message of the chosen subjects; 0 = none, -1 = a place is not known. */
  private long chainHead() {
    long nearest = 0;
    for (int i = 0; i < choice.count(); i++) {
      if (choice.isHeld(i)) {
        final long at = inChain(i);
        if (at < 0) {
          return at;
        }
        if (at != 0 && (nearest == 0 || isBackwards ? at > nearest : at < nearest)) {
          nearest = at;
        }
      }
    }
    return nearest;
  }

  private long inChain(final int i) {
    final int id = choice.id(i);
    final long nearEnd = isBackwards ? index.subjects().last(id) : index.subjects().first(id);
    final long farEnd = isBackwards ? index.subjects().first(id) : index.subjects().last(id);
    if (isBackwards ? nearEnd <= next : nearEnd >= next) {
      return visible(nearEnd);
    }
    if (isBackwards ? farEnd > next : farEnd < next) {
      return 0;
    }
    final long known = chainIds[i] == id ? chained[i] : 0;
    final boolean isAhead = known != 0 && (isBackwards ? known <= next : known >= next);
    return isAhead && index.subjectId(known) == id ? visible(known) : -1;
  }

  private long visible(final long sequence) {
    return sequence > stream.committedSequence() ? 0 : sequence;
  }

  /** Looks at some messages; answers what that cost. */
  private int scan() {
    if (isBackwards) {
      return scanBackwards();
    }
    final long found = stream.nextMatching(next, filter, LOOKS);
    if (found > 0) {
      head = found;
      return (int) Math.min(PIECE_COST, found - next + 1);
    }
    next = -found;
    return PIECE_COST;
  }

  private int scanBackwards() {
    for (int looks = 1; looks <= LOOKS; looks++) {
      next = index.previousPresent(next);
      if (next == 0) {
        return looks;
      }
      if (filter.matches(index.subjectId(next))) {
        head = next;
        return looks;
      }
      next--;
    }
    return PIECE_COST;
  }

  boolean hasHead() {
    return head != 0;
  }

  long headJournalSequence() {
    return index.journalSequence(head);
  }

  long headLocation() {
    return index.location(head);
  }

  /** The message found was told. */
  void pass() {
    final int id = index.subjectId(head);
    for (int i = 0; i < choice.count(); i++) {
      if (choice.id(i) == id) {
        chainIds[i] = id;
        chained[i] = isBackwards ? index.previousSame(head) : index.nextSame(head);
      }
    }
    next = isBackwards ? head - 1 : head + 1;
    head = 0;
  }

  /**
   * Journal sequence up to which (going backwards, from which on) this stream has nothing that was
   * not told, given that no message is found.
   */
  long bound() {
    if (isBackwards) {
      final long left = index.previousPresent(next);
      return left == 0 ? 0 : index.journalSequence(left) + 1;
    }
    final long left = next > index.last() ? next : index.nextPresent(next);
    return left > index.last() ? Long.MAX_VALUE : index.journalSequence(left) - 1;
  }
}
