package io.mothership.dispatch;

import io.mothership.fabric.Fabric.Backlog;
import io.mothership.fabric.TapFilter;

/**
 * A tap's question to the streams: where are the next messages that it wants? The answer has a
 * bounded length and costs ms-dispatch a bounded time; the next question goes on where it ended.
 *
 * <p><i>Thread:</i> the tap's and ms-dispatch's in turn, each handing it to the other. Only
 * ms-dispatch touches {@link #place}.
 */
public final class LookUp {
  /** Messages in one answer. */
  public static final int COUNT_MAX = 256;

  private final TapFilter filter;
  private final boolean isBackwards;
  private final long[] sequences = new long[COUNT_MAX];
  private final long[] locations = new long[COUNT_MAX];
  private long from;
  private long timeNs;
  private int count;
  private long reached;
  private long lost;
  private boolean isAtEnd;
  private boolean isIncomplete;
  private Backlog backlog = Backlog.NONE;
  private Object place;

  /**
   * @param from journal sequence beyond which to look: above it, or below it going backwards
   * @param timeNs earliest time, or the latest going backwards
   */
  public LookUp(
      final TapFilter filter, final boolean isBackwards, final long from, final long timeNs) {
    this.filter = filter;
    this.isBackwards = isBackwards;
    this.from = from;
    this.timeNs = timeNs;
  }

  public TapFilter filter() {
    return filter;
  }

  public boolean isBackwards() {
    return isBackwards;
  }

  /** Journal sequence beyond which to look. */
  public long from() {
    return from;
  }

  public long timeNs() {
    return timeNs;
  }

  /** Forgets the answer, for the next question. */
  LookUp begin(final long newFrom) {
    from = newFrom;
    count = 0;
    reached = newFrom;
    lost = 0;
    isAtEnd = false;
    isIncomplete = false;
    return this;
  }

  /** What whoever answers has noted for the next question, null at first. */
  public Object place() {
    return place;
  }

  public void place(final Object newPlace) {
    place = newPlace;
  }

  /** Whether there is no room for another message. */
  public boolean isFull() {
    return count == COUNT_MAX;
  }

  /** A message that is wanted, the next in order. */
  public void add(final long journalSequence, final long location) {
    sequences[count] = journalSequence;
    locations[count] = location;
    count++;
  }

  /** Journal sequence of the message added last. */
  public long lastSequence() {
    return sequences[count - 1];
  }

  /**
   * Ends the answer.
   *
   * @param newReached everything wanted up to this journal sequence is in the answers; going
   *     backwards, everything from it on
   * @param newIsAtEnd whether nothing is left beyond
   */
  public void end(final long newReached, final boolean newIsAtEnd) {
    reached = newReached;
    isAtEnd = newIsAtEnd;
  }

  /** So many messages of these streams went before they could be found. */
  public void lost(final long more) {
    lost += more;
  }

  /** There are streams among them that forget what was acknowledged. */
  public void incomplete() {
    isIncomplete = true;
  }

  /** What lies beyond {@link #from}. */
  public void backlog(final Backlog newBacklog) {
    backlog = newBacklog;
  }

  int count() {
    return count;
  }

  long sequence(final int index) {
    return sequences[index];
  }

  long location(final int index) {
    return locations[index];
  }

  long reached() {
    return reached;
  }

  boolean isAtEnd() {
    return isAtEnd;
  }

  long lost() {
    return lost;
  }

  boolean isIncomplete() {
    return isIncomplete;
  }

  Backlog backlog() {
    return backlog;
  }
}
