package io.mothership.alien;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * The bounded, ordered window of messages that were offered and not yet settled.
 *
 * <pre>
 *      head            sent             tail
 *   ----|--- in flight --|--- waiting ----|----  positions, ever growing
 * </pre>
 *
 * <p>A message is settled when the server has acknowledged it or refused it for good. After a lost
 * link, a timeout or a temporary refusal everything unsettled is sent again in order, under its old
 * id.
 *
 * <p><em>Thread:</em> producers, the link and acknowledgements may call from any thread.
 * <em>Back-pressure:</em> {@link #offer} answers {@link #FULL}, {@link #put} blocks.
 */
final class OutgoingWindow {

  /** No room: as many messages wait as are allowed to. */
  static final long FULL = -1;

  /** The Alien was closed. */
  static final long CLOSED = -3;

  /** One message to send, and whose counts it belongs to. */
  record Message(String subject, String id, byte[] payload, Tally tally) {}

  /** What became of the messages of one purpose. */
  static final class Tally {
    private final AtomicLong acknowledged = new AtomicLong();
    private final AtomicLong duplicates = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();

    long acknowledged() {
      return acknowledged.get();
    }

    long duplicates() {
      return duplicates.get();
    }

    long refused() {
      return refused.get();
    }
  }

  private static final class Slot {
    private Message message;
    private long sentAtNs;
    private int sendCount;
    private boolean isSettled;
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition space = lock.newCondition();
  private final Condition work = lock.newCondition();
  private final Condition settled = lock.newCondition();
  private final LongSupplier nanoClock;
  private final Slot[] slots;
  private final int inFlightMax;
  private long head;
  private long sent;
  private long tail;
  private long resumeAtNs;
  private boolean isPaused;
  private boolean isClosed;
  private final Tally total = new Tally();
  private long resentCount;

  OutgoingWindow(final int messagesMax, final int inFlightMax, final LongSupplier nanoClock) {
    this.slots = new Slot[messagesMax];
    for (int i = 0; i < messagesMax; i++) {
      slots[i] = new Slot();
    }
    this.inFlightMax = inFlightMax;
    this.nanoClock = nanoClock;
  }

  /** Appends a message and answers its position, {@link #FULL} or {@link #CLOSED}. */
  long offer(final Message message) {
    lock.lock();
    try {
      return append(message);
    } finally {
      lock.unlock();
    }
  }

  /** Appends a message, waiting for room; answers its position or {@link #CLOSED}. */
  long put(final Message message) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long position = append(message);
      while (position == FULL) {
        space.await();
        position = append(message);
      }
      return position;
    } finally {
      lock.unlock();
    }
  }

  private long append(final Message message) {
    if (isClosed) {
      return CLOSED;
    }
    if (tail - head == slots.length) {
      return FULL;
    }
    final Slot slot = slot(tail);
    slot.message = message;
    slot.sendCount = 0;
    slot.isSettled = false;
    work.signal();
    return tail++;
  }

  /** The position of the message to send now, or -1; the caller then sends {@link #message}. */
  long nextToSend() {
    lock.lock();
    try {
      if (isPaused) {
        if (nanoClock.getAsLong() - resumeAtNs < 0) {
          return -1;
        }
        isPaused = false;
      }
      while (sent < tail && slot(sent).isSettled) {
        sent++;
      }
      if (sent == tail || sent - head >= inFlightMax) {
        return -1;
      }
      final Slot slot = slot(sent);
      slot.sentAtNs = nanoClock.getAsLong();
      if (++slot.sendCount > 1) {
        resentCount++;
      }
      return sent++;
    } finally {
      lock.unlock();
    }
  }

  /** The message at a position; null when it is settled, which may happen at any time. */
  Message message(final long position) {
    lock.lock();
    try {
      return isUnsettled(position) ? slot(position).message : null;
    } finally {
      lock.unlock();
    }
  }

  /** Notes the server's acknowledgement; one that comes twice or too late counts once. */
  void acknowledged(final long position, final boolean isDuplicate) {
    lock.lock();
    try {
      if (isUnsettled(position)) {
        final Tally tally = slot(position).message.tally();
        total.acknowledged.incrementAndGet();
        tally.acknowledged.incrementAndGet();
        if (isDuplicate) {
          total.duplicates.incrementAndGet();
          tally.duplicates.incrementAndGet();
        }
        settle(position);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Notes a refusal for good; answers whether it was news. */
  boolean refused(final long position) {
    lock.lock();
    try {
      final boolean isNews = isUnsettled(position);
      if (isNews) {
        total.refused.incrementAndGet();
        slot(position).message.tally().refused.incrementAndGet();
        settle(position);
      }
      return isNews;
    } finally {
      lock.unlock();
    }
  }

  /** Sends nothing for a while, then everything unsettled again from the head. */
  boolean delay(final long position, final long delayNs) {
    lock.lock();
    try {
      if (!isUnsettled(position)) {
        return false;
      }
      final boolean isNews = !isPaused;
      isPaused = true;
      resumeAtNs = nanoClock.getAsLong() + delayNs;
      sent = head;
      return isNews;
    } finally {
      lock.unlock();
    }
  }

  /** Makes everything unsettled due again, in order: for a new link. */
  void rewind() {
    lock.lock();
    try {
      sent = head;
      isPaused = false;
    } finally {
      lock.unlock();
    }
  }

  /** Positions that were sent, on this link or an earlier one, and are not settled. */
  List<Long> sentPositions() {
    lock.lock();
    try {
      final List<Long> positions = new ArrayList<>();
      for (long position = head; position < tail; position++) {
        if (!slot(position).isSettled && slot(position).sendCount > 0) {
          positions.add(position);
        }
      }
      return positions;
    } finally {
      lock.unlock();
    }
  }

  /** How long the oldest message on the wire has waited for its acknowledgement; 0 without one. */
  long oldestWaitNs() {
    lock.lock();
    try {
      return head < sent ? nanoClock.getAsLong() - slot(head).sentAtNs : 0;
    } finally {
      lock.unlock();
    }
  }

  /** Waits until there may be something to send. */
  void awaitWork(final long timeoutNs) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      if (!isClosed && (isPaused || sent == tail || sent - head >= inFlightMax)) {
        work.awaitNanos(timeoutNs);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Wakes the thread in {@link #awaitWork}. */
  void wake() {
    lock.lock();
    try {
      work.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Waits until everything offered so far is settled; false when the time was over before. */
  boolean awaitSettled(final long timeoutNs) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      final long until = tail;
      long leftNs = timeoutNs;
      while (head < until && leftNs > 0) {
        leftNs = settled.awaitNanos(leftNs);
      }
      return head >= until;
    } finally {
      lock.unlock();
    }
  }

  /** Takes no more messages; waiting producers get {@link #CLOSED}. */
  void close() {
    lock.lock();
    try {
      isClosed = true;
      space.signalAll();
      work.signalAll();
    } finally {
      lock.unlock();
    }
  }

  Delivery delivery() {
    lock.lock();
    try {
      return new Delivery(
          tail,
          total.acknowledged(),
          total.duplicates(),
          total.refused(),
          resentCount,
          tail - head);
    } finally {
      lock.unlock();
    }
  }

  private boolean isUnsettled(final long position) {
    return position >= head && position < tail && !slot(position).isSettled;
  }

  private void settle(final long position) {
    final Slot slot = slot(position);
    slot.isSettled = true;
    slot.message = null;
    if (position == head) {
      while (head < tail && slot(head).isSettled) {
        head++;
      }
      sent = Math.max(sent, head);
      space.signalAll();
      work.signal();
      settled.signalAll();
    }
  }

  private Slot slot(final long position) {
    return slots[(int) (position % slots.length)];
  }
}
