package io.mothership.stream;

import io.mothership.bus.HotPath;
import io.mothership.bus.MessageView;
import io.mothership.bus.Slice;
import io.mothership.dispatch.Exchange;
import io.mothership.journal.FrameView;
import java.nio.charset.StandardCharsets;

/**
 * One consumer: reads its stream up to the commit position, hands messages to its target, and sees
 * to it that each is acknowledged or delivered again.
 *
 * <p><i>Thread:</i> ms-dispatch. <i>Allocates:</i> nothing per message and acknowledgement.
 * Callbacks that come while a message is being sent (interest that goes) only set marks.
 */
final class Consumer {
  private static final byte[] ACK_PREFIX = DeliverEncoder.ascii("$JS.ACK.");
  private static final long NO_TIMER = -1;
  private static final long UNUSED_GRACE_NS = 100_000_000L;

  /** Objects of a consumer that delivered nothing, and its configuration. */
  static final int BASE_BYTES = 3 * 1024;

  private final Consumers home;
  private final Stream stream;
  private final int id;
  private final String name;
  private final long createdNs;
  private final byte[] path;
  private final byte[] ackPrefix;
  private final ConsumerCursor cursor;
  private final ConsumerReads reads = new ConsumerReads();
  private final ConsumerAcks acks;
  private final DeliverTarget target;
  private final FrameView frame = new FrameView();
  private final MessageView message = new MessageView();
  private final Slice ackSubject = new Slice();
  private final Runnable onTimer = this::onTimer;
  private ConsumerConfig config;
  private long pauseUntilNs;
  private long replayUntil;
  private long replayedTimeNs;
  private long replayAtNs;
  private long lastDeliveredNs;
  private long timer = NO_TIMER;
  private long timerDeadlineNs = Long.MAX_VALUE;
  private boolean isAwake;
  private boolean isClosed;
  private boolean isDirty;

  /** What the budget knows of. */
  private long stateBytes;

  Consumer(
      final Consumers home,
      final Stream stream,
      final int id,
      final String name,
      final long createdNs,
      final ConsumerConfig config) {
    this.home = home;
    this.stream = stream;
    this.id = id;
    this.name = name;
    this.createdNs = createdNs;
    this.config = config;
    this.pauseUntilNs = pauseUntilNs(config);
    this.path = (stream.name() + "." + name).getBytes(StandardCharsets.UTF_8);
    this.ackPrefix = new byte[ACK_PREFIX.length + path.length + 1];
    System.arraycopy(ACK_PREFIX, 0, ackPrefix, 0, ACK_PREFIX.length);
    System.arraycopy(path, 0, ackPrefix, ACK_PREFIX.length, path.length);
    ackPrefix[ackPrefix.length - 1] = '.';
    this.cursor = new ConsumerCursor(stream, config);
    this.acks = new ConsumerAcks(this);
    this.target = config.isPush() ? new PushTarget(this) : new PullTarget(this);
  }

  // What it is

  Stream stream() {
    return stream;
  }

  int id() {
    return id;
  }

  String name() {
    return name;
  }

  long createdNs() {
    return createdNs;
  }

  /** {@code <stream>.<consumer>}, as subjects have it. */
  byte[] path() {
    return path;
  }

  ConsumerConfig config() {
    return config;
  }

  ConsumerCursor cursor() {
    return cursor;
  }

  ConsumerAcks acks() {
    return acks;
  }

  DeliverTarget target() {
    return target;
  }

  boolean isClosed() {
    return isClosed;
  }

  /** Whether its state outlives a restart. */
  boolean isKept() {
    return !config.isMemoryStored() && !stream.config().isMemory();
  }

  /** Stream sequence of the newest first delivery, or the one before the start. */
  long deliveredSequence() {
    return acks.deliveredSequence();
  }

  /** Deliveries so far. */
  long deliveredConsumerSequence() {
    return acks.deliveredConsumerSequence();
  }

  /** When a message was last delivered, ns since 1970; 0 = never. */
  long lastDeliveredNs() {
    return lastDeliveredNs;
  }

  void lastDeliveredNs(final long timeNs) {
    lastDeliveredNs = timeNs;
  }

  long numPending() {
    return cursor.pending();
  }

  int ackPendingCount() {
    return acks.pending().count();
  }

  /** Messages that could be sent at once if somebody asked. */
  long available() {
    return cursor.pending() + acks.pending().dueCount();
  }

  boolean isPushBound() {
    return target instanceof PushTarget push && push.isActive();
  }

  /** How long it is still paused, 0 = not at all. */
  long pauseRemainingNs() {
    return pauseUntilNs == 0 ? 0 : Math.max(0, pauseUntilNs - exchange().wallNs());
  }

  private static long pauseUntilNs(final ConsumerConfig config) {
    return config.pauseUntil().map(ConsumerCursor::epochNs).orElse(0L);
  }

  // What it may take

  /** Whether the budget has room for so much more. */
  boolean hasStateFor(final int bytes) {
    return !home.state().isTight() || home.state().allowsConsumers(bytes);
  }

  /** Tells the budget what it takes now. */
  @HotPath
  void countState() {
    if (acks.pending().isEmpty() && home.state().isTight()) {
      acks.pending().shrink();
    }
    final long bytes =
        isClosed ? 0 : BASE_BYTES + cursor.heapBytes() + acks.heapBytes() + target.heapBytes();
    home.state().add(bytes - stateBytes);
    stateBytes = bytes;
  }

  // What its parts use

  Exchange exchange() {
    return home.exchange();
  }

  DeliverEncoder encoder() {
    return home.encoder();
  }

  ConsumerRecords records() {
    return home.records();
  }

  ConsumerAdvisories advisories() {
    return home.advisories();
  }

  long interestVersion() {
    return home.interestVersion();
  }

  String randomId() {
    return home.randomId(22);
  }

  char randomLetter() {
    return home.randomLetter();
  }

  Consumers home() {
    return home;
  }

  // Life

  /** Begins where the configuration says. */
  void start() {
    cursor.start(config);
    acks.startAt(cursor.next() - 1);
    replayUntil =
        config.replayPolicy() == ConsumerConfig.Replay.ORIGINAL ? stream.committedSequence() : 0;
  }

  /** Goes live: from here on it may deliver. */
  void open() {
    target.open(exchange().monotonicNs());
    arm();
    wake();
  }

  /** Takes a changed configuration into effect. */
  void update(final ConsumerConfig newConfig) {
    final boolean isFilterChanged = !newConfig.filters().equals(config.filters());
    config = newConfig;
    pauseUntilNs = pauseUntilNs(newConfig);
    if (isFilterChanged) {
      reads.abandon();
      acks.requeueReads();
      cursor.unread();
      cursor.filter(newConfig);
    }
    if (home.isLive()) {
      target.onConfigChanged();
      arm();
      wake();
    }
  }

  /** Goes back, or forth, to a stream sequence and forgets what was not acknowledged. */
  void reset(final long sequence) {
    reads.abandon();
    acks.reset(sequence - 1);
    cursor.startAt(Math.max(1, sequence));
    cursor.recount();
    markDirty();
    wake();
  }

  /** Ends it; who waits is told. */
  void close() {
    isClosed = true;
    reads.abandon();
    if (home.isLive()) {
      target.close();
      if (timer != NO_TIMER) {
        exchange().cancel(timer);
        timer = NO_TIMER;
      }
    }
    countState();
  }

  // What the stream tells it

  void onCommitted(final long sequence, final int subjectId) {
    if (cursor.onCommitted(sequence, subjectId)) {
      wake();
    }
  }

  void onRemoving(final long sequence, final int subjectId) {
    cursor.onRemoving(sequence, subjectId);
    acks.onRemoving(sequence);
  }

  void onPurged() {
    reads.abandon();
    acks.requeueReads();
    cursor.unread();
    cursor.onPurged();
    acks.onPurged(cursor.next() - 1);
    markDirty();
  }

  // Delivery

  /** Makes sure that {@link #deliver} is called in this duty cycle or the next. */
  void wake() {
    if (!isAwake && !isClosed) {
      isAwake = true;
      home.enqueue(this);
    }
  }

  void asleep() {
    isAwake = false;
  }

  /** There is state that no record tells yet. */
  void markDirty() {
    if (!isDirty && isKept()) {
      isDirty = true;
      home.enqueueDirty(this);
    }
  }

  /** Whether a state record would hold all that was delivered and not acknowledged. */
  boolean fitsRecord() {
    return acks.pending().count() <= ConsumerRecords.ENTRIES_MAX
        && acks.exhausted().size() <= ConsumerRecords.ENTRIES_MAX;
  }

  /** Its state as a record; valid until the next record is made. */
  MessageView stateRecord() {
    final ConsumerRecords records = home.records();
    final ConsumerPending pending = acks.pending();
    records.beginState();
    for (int slot = pending.first(); slot != ConsumerPending.NONE; slot = pending.next(slot)) {
      records.entry(
          pending.sequence(slot), pending.consumerSequence(slot), pending.redeliveries(slot));
    }
    acks.writeExhausted(records);
    return records.state(
        id,
        acks.deliveredSequence(),
        acks.deliveredConsumerSequence(),
        acks.floorSequence(),
        acks.floorConsumerSequence(),
        cursor.next(),
        lastDeliveredNs,
        acks.lastAckNs());
  }

  boolean takeDirty() {
    final boolean wasDirty = isDirty;
    isDirty = false;
    return wasDirty && !isClosed;
  }

  /**
   * Delivers what can be delivered, at most {@code limit} messages.
   *
   * @return how many steps were made; if it equals {@code limit} there may be more to do
   */
  @HotPath
  int deliver(final int limit) {
    int steps = 0;
    while (steps < limit) {
      if (isClosed || !target.isReady()) {
        return steps;
      }
      if (pauseRemainingNs() > 0) {
        idle(false);
        return steps;
      }
      if (reads.isFull() || (!reads.isEmpty() && reads.count() >= target.demand())) {
        return steps;
      }
      final int slot = acks.nextDue();
      final long sequence;
      if (slot != ConsumerPending.NONE) {
        sequence = acks.pending().sequence(slot);
      } else {
        if (isStalled()) {
          idle(true);
          return steps;
        }
        sequence = cursor.peek();
        if (sequence == ConsumerCursor.LOOK_AGAIN) {
          return limit;
        }
        if (sequence == ConsumerCursor.NOTHING || isHeldForReplay(sequence)) {
          idle(false);
          return steps;
        }
      }
      if (!step(sequence, slot)) {
        return steps;
      }
      steps++;
    }
    return steps;
  }

  /** Delivers a message from the tail window, or asks for it; false if it has to wait. */
  @HotPath
  private boolean step(final long sequence, final int slot) {
    final boolean isRedelivery = slot != ConsumerPending.NONE;
    if (reads.isEmpty() && stream.load(sequence, frame) == Stream.LOADED) {
      if (!isRedelivery) {
        cursor.read(sequence);
      }
      if (!send(frame, sequence, slot)) {
        cursor.unread();
        return false;
      }
      return true;
    }
    if (!stream.index().isPresent(sequence)) {
      if (isRedelivery) {
        acks.onRemoving(sequence);
      } else {
        cursor.read(sequence);
        cursor.pass(sequence, false);
      }
      return true;
    }
    if (stream.tryRead(JetStream.CONSUMER_REQUESTERS + id, reads.nextToken(), sequence) < 0) {
      wake();
      return false;
    }
    reads.add(sequence, isRedelivery);
    if (isRedelivery) {
      acks.pending().rest(slot);
    } else {
      cursor.read(sequence);
    }
    return true;
  }

  /** A message asked for is lost: the stream is told, and it is passed over. */
  void onReadLost(final long token, final long location) {
    final long sequence = reads.next(token);
    if (sequence != ConsumerReads.STALE && !isClosed) {
      stream.losses().onUnreadable(sequence, location);
    }
    onRead(token, null);
  }

  /** Bytes of a message asked for have come; {@code answer} is null if they cannot be read now. */
  @HotPath
  void onRead(final long token, final FrameView answer) {
    final long sequence = reads.answer(token);
    if (sequence == ConsumerReads.STALE || isClosed) {
      return;
    }
    final boolean isRedelivery = reads.wasRedelivery();
    final int slot = isRedelivery ? acks.pending().find(sequence) : ConsumerPending.NONE;
    final boolean isGone = answer == null || !stream.index().isPresent(sequence);
    if (isRedelivery && slot == ConsumerPending.NONE) {
      wake();
      return;
    }
    if (isGone) {
      if (isRedelivery) {
        acks.onRemoving(sequence);
      } else {
        cursor.pass(sequence, answer == null && stream.index().isPresent(sequence));
      }
    } else if (!target.isReady()
        || pauseRemainingNs() > 0
        || (!isRedelivery && isStalledFor(0))
        || !send(answer, sequence, slot)) {
      putBack(sequence, slot);
      return;
    }
    wake();
  }

  /** Nobody takes a message now: everything that was read will be read again. */
  private void putBack(final long sequence, final int slot) {
    for (int i = reads.count() - 1; i >= 0; i--) {
      if (reads.isRedelivery(i)) {
        acks.putBack(reads.sequence(i));
      }
    }
    if (slot != ConsumerPending.NONE) {
      acks.putBack(sequence);
    }
    reads.abandon();
    cursor.unread();
  }

  @HotPath
  private boolean send(final FrameView bytes, final long sequence, final int slot) {
    final boolean isRedelivery = slot != ConsumerPending.NONE;
    final long deliveries = isRedelivery ? acks.pending().redeliveries(slot) + 2L : 1;
    final long pendingAfter = Math.max(0, cursor.pending() - (isRedelivery ? 0 : 1));
    message.wrap(bytes);
    encoder()
        .ackSubject(
            ackSubject,
            ackPrefix,
            deliveries,
            sequence,
            acks.deliveredConsumerSequence() + 1,
            bytes.timeNs(),
            pendingAfter);
    if (config.isHeadersOnly()) {
      encoder().stripPayload(message);
    }
    message.reply().wrap(ackSubject);
    final int size = message.subject().length() + ackSubject.length() + message.bodyLength();
    if (!target.select(size)) {
      return false;
    }
    if (!isRedelivery) {
      cursor.pass(sequence, true);
    }
    lastDeliveredNs = exchange().wallNs();
    replayedTimeNs = bytes.timeNs();
    replayAtNs = exchange().monotonicNs();
    acks.onDelivered(sequence, slot);
    markDirty();
    target.send(message, size);
    acks.afterSend(sequence);
    return true;
  }

  private void idle(final boolean isStalled) {
    if (reads.isEmpty()) {
      target.onIdle(isStalled);
    }
  }

  private boolean isStalled() {
    return isStalledFor(reads.count());
  }

  private boolean isStalledFor(final int underWay) {
    if (config.ackPolicy() == AckPolicy.NONE) {
      return false;
    }
    final int max = config.ackPendingMax();
    return max > 0 && acks.pending().count() + underWay >= max || isHeldBack();
  }

  /** Whether there is no memory for another entry; it is woken when there is. */
  private boolean isHeldBack() {
    if (!acks.pending().isFilled() || hasStateFor(acks.pending().growthBytes())) {
      return false;
    }
    home.holdBack(this);
    return true;
  }

  /** Whether the original pace says to wait with a message. */
  private boolean isHeldForReplay(final long sequence) {
    if (sequence > replayUntil || replayedTimeNs == 0) {
      return false;
    }
    final long gapNs = stream.index().timeNs(sequence) - replayedTimeNs;
    final long dueNs = replayAtNs + gapNs;
    if (gapNs <= 1_000_000L || exchange().monotonicNs() >= dueNs) {
      return false;
    }
    armBy(dueNs);
    return true;
  }

  // Time

  /** Sets the timer for what is due next. */
  void arm() {
    if (!home.isLive() || isClosed) {
      return;
    }
    long deadline = Math.min(acks.pending().nextDeadlineNs(), target.deadlineNs());
    final long pauseNs = pauseRemainingNs();
    if (pauseNs > 0) {
      deadline = Math.min(deadline, exchange().monotonicNs() + pauseNs);
    }
    if (config.inactiveThresholdNs() > 0) {
      deadline = Math.min(deadline, unusedDeadlineNs());
    }
    armBy(deadline);
  }

  /** Sets the timer unless it goes off by then anyhow. */
  void armBy(final long deadlineNs) {
    if (deadlineNs >= timerDeadlineNs || isClosed) {
      return;
    }
    if (timer != NO_TIMER) {
      exchange().cancel(timer);
    }
    timerDeadlineNs = deadlineNs;
    timer = exchange().schedule(deadlineNs, onTimer);
  }

  private void onTimer() {
    timer = NO_TIMER;
    timerDeadlineNs = Long.MAX_VALUE;
    if (isClosed) {
      return;
    }
    final long nowNs = exchange().monotonicNs();
    acks.expire(nowNs);
    target.onTimer(nowNs);
    if (config.inactiveThresholdNs() > 0 && unusedDeadlineNs() <= nowNs) {
      home.reap(this);
      return;
    }
    wake();
    arm();
  }

  /** When it ends because nobody uses it. */
  private long unusedDeadlineNs() {
    final long sinceNs = target.unusedSinceNs();
    if (sinceNs == Long.MAX_VALUE) {
      return exchange().monotonicNs() + config.inactiveThresholdNs();
    }
    final long deadline = sinceNs + config.inactiveThresholdNs() + UNUSED_GRACE_NS;
    // Who took messages from a pull consumer may still be at work on them.
    return config.isPush()
        ? deadline
        : Math.max(
            deadline,
            acks.pending().nextDeadlineNs() == Long.MAX_VALUE
                ? deadline
                : acks.pending().nextDeadlineNs() + config.inactiveThresholdNs());
  }
}
