package io.mothership.dispatch;

import io.mothership.clock.Clock;
import io.mothership.fabric.Tap;
import io.mothership.fabric.TapFilter;
import io.mothership.fabric.TapStart;
import io.mothership.frame.FrameView;
import io.mothership.journal.JournalWalk;
import io.mothership.journal.StreamNames;
import io.mothership.routing.Subjects;
import java.nio.charset.StandardCharsets;

/**
 * A tap on the journal of this process.
 *
 * <p>Without a filter it walks the journal. With one it asks the streams' indexes where the next
 * wanted records are as long as it is far behind, and walks only the last {@value #NEAR} records,
 * so that live readers cost ms-dispatch nothing.
 */
final class EmbeddedTap implements Tap {
  private static final int NEAR = 256;

  /**
   * The same where streams forget what is acknowledged: so far behind, a live reader still sees all
   * of it.
   */
  private static final int NEAR_FORGETFUL = 4096;

  /** After that long places may have changed that were found. */
  private static final long FRESH_NS = 200_000_000L;

  /** Records looked at in one poll: who has far to go keeps no processor from others. */
  private static final int READS_MAX = 4096;

  private static final long NEVER = -1;

  private final JournalWalk walk;
  private final Index index;
  private final Clock clock;
  private final StreamNames names;
  private final TapFilter filter;
  private final byte[][] patterns;
  private final FrameRecord record;
  private final boolean isBackwards;
  private final LookUp lookUp;
  private final JournalWalk.Visitor visitor = this::tryHandOut;

  /** Whether everything in between has to be read. */
  private boolean isWalking;

  private Tap.Consumer consumer;
  private long sequence;
  private int next;
  private boolean isAsked;

  /** Whether there are streams among them that forget what is acknowledged. */
  private boolean isForgetful;

  private long askedNs;
  private boolean isCaughtUp;
  private boolean isHandedOut;
  private long unreadable = NEVER;
  private long dropped;

  /** The stream asked about last, by its id, and whether it is wanted. */
  private int knownStream = -1;

  private boolean isKnownWanted;

  /**
   * @param walk becomes this tap's; is to begin where {@code start} says
   * @param index answers a question before it returns
   */
  EmbeddedTap(
      final JournalWalk walk,
      final Index index,
      final Clock clock,
      final StreamNames names,
      final TapFilter filter,
      final TapStart start) {
    this.walk = walk;
    this.index = index;
    this.clock = clock;
    this.names = names;
    this.filter = filter;
    this.record = new FrameRecord(names);
    this.patterns = new byte[filter.subjects().size()][];
    for (int i = 0; i < patterns.length; i++) {
      patterns[i] = filter.subjects().get(i).getBytes(StandardCharsets.UTF_8);
    }
    this.isWalking = filter.isAll();
    this.isBackwards = start instanceof TapStart.Before;
    this.sequence = walk.journalSequence();
    this.lookUp =
        switch (start) {
          case TapStart.Before(final long before, final long timeNs) ->
              new LookUp(filter, true, before, timeNs);
          case TapStart.AtTime(final long timeNs) -> new LookUp(filter, false, 0, timeNs);
          default -> new LookUp(filter, false, sequence, Long.MIN_VALUE);
        };
  }

  @Override
  public int poll(final Tap.Consumer newConsumer, final int limit) {
    consumer = newConsumer;
    isCaughtUp = false;
    if (next < lookUp.count() && clock.monotonicNs() - askedNs > FRESH_NS) {
      ask(next == 0 ? lookUp.from() : sequence);
    }
    if (isBackwards) {
      return pollBackwards(limit);
    }
    return isWalking ? walk(limit) : pollForwards(limit);
  }

  private int walk(final int limit) {
    walk.moveTo(sequence);
    final int count = walk.poll(visitor, limit, READS_MAX);
    sequence = walk.journalSequence();
    isCaughtUp = walk.isCaughtUp();
    return count;
  }

  private int pollForwards(final int limit) {
    int count = 0;
    while (count < limit) {
      if (next < lookUp.count()) {
        count += handOutNext();
        continue;
      }
      if (isAsked) {
        sequence = Math.max(sequence, lookUp.reached());
      }
      final int near = isForgetful ? NEAR_FORGETFUL : NEAR;
      if (walk.appendedSequence() - sequence <= near) {
        return count + walk(limit - count);
      }
      noteLost();
      ask(sequence);
      if (lookUp.isIncomplete() && filter.hasAcknowledged()) {
        isWalking = true;
        return count + walk(limit - count);
      }
      if (isForgetful && walk.appendedSequence() - sequence <= NEAR_FORGETFUL) {
        lookUp.begin(sequence);
        return count + walk(limit - count);
      }
      if (lookUp.count() == 0 && lookUp.reached() <= sequence) {
        // Something is on its way to the disk: what waits for it waits for that record.
        return count + walk(limit - count);
      }
    }
    return count;
  }

  private int pollBackwards(final int limit) {
    int count = 0;
    while (count < limit) {
      if (next < lookUp.count()) {
        count += handOutNext();
      } else if (isAsked && lookUp.isAtEnd()) {
        isCaughtUp = true;
        return count;
      } else {
        ask(isAsked ? lookUp.reached() : lookUp.from());
      }
    }
    return count;
  }

  /** Hands out the record that was found next; 0 if it is not there, or another look is needed. */
  private int handOutNext() {
    final long wanted = lookUp.sequence(next);
    final boolean isRead = walk.read(lookUp.location(next), wanted, visitor);
    if (!isRead && unreadable != wanted) {
      // Moved meanwhile: find its new place once.
      unreadable = wanted;
      ask(isBackwards ? wanted + 1 : wanted - 1);
      return 0;
    }
    next++;
    sequence = wanted;
    if (!isRead) {
      dropped++;
    }
    return isRead && isHandedOut ? 1 : 0;
  }

  private boolean tryHandOut(final FrameView frame) {
    isHandedOut = isWanted(frame);
    if (isHandedOut) {
      consumer.onRecord(record.wrap(frame));
    }
    return isHandedOut;
  }

  private boolean isWanted(final FrameView frame) {
    if (!filter.streams().isEmpty() && !isOfWantedStream(frame.streamId())) {
      return false;
    }
    for (final byte[] pattern : patterns) {
      if (Subjects.matches(pattern, frame.buffer(), frame.subjectOffset(), frame.subjectLength())) {
        return true;
      }
    }
    return patterns.length == 0;
  }

  private boolean isOfWantedStream(final int streamId) {
    if (streamId != knownStream) {
      knownStream = streamId;
      isKnownWanted = filter.streams().contains(names.name(streamId));
    }
    return isKnownWanted;
  }

  private void ask(final long from) {
    index.lookUp(lookUp.begin(from));
    dropped += lookUp.lost();
    isForgetful |= lookUp.isIncomplete();
    isAsked = true;
    askedNs = clock.monotonicNs();
    next = 0;
  }

  /** What was gone before the first question. */
  private void noteLost() {
    if (!isAsked && sequence > 0) {
      dropped += Math.max(0, walk.oldestSequence() - sequence - 1);
    }
  }

  @Override
  public void await(final long patienceMs) throws InterruptedException {
    walk.await(sequence, patienceMs);
  }

  @Override
  public boolean isCaughtUp() {
    return isCaughtUp;
  }

  @Override
  public long journalSequence() {
    return sequence;
  }

  @Override
  public long committedSequence() {
    return walk.appendedSequence();
  }

  @Override
  public long takeDropped() {
    final long taken = dropped + walk.takeDropped();
    dropped = 0;
    return taken;
  }

  @Override
  public long recordsRead() {
    return walk.recordsRead();
  }

  @Override
  public void close() {
    walk.close();
  }

  /** The streams, as a tap may ask them. */
  @FunctionalInterface
  interface Index {
    /** Returns when the question is answered. */
    void lookUp(LookUp lookUp);
  }
}
