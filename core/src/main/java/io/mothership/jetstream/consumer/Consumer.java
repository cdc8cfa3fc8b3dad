package io.mothership.jetstream.consumer;

import io.mothership.bus.SubjectScope;
import io.mothership.clock.Rfc3339;
import io.mothership.dispatch.Exchange;
import io.mothership.frame.FrameView;
import io.mothership.frame.HotPath;
import io.mothership.frame.MessageView;
import io.mothership.jetstream.model.ConsumerConfig;
import io.mothership.jetstream.model.Deadline;
import io.mothership.jetstream.stream.Stream;
import java.nio.charset.StandardCharsets;

/**
 * One consumer: what it was asked to be, its life, its timer, and its parts, which use each other
 * through it. {@link ConsumerDelivery} takes its turns.
 *
 * <p><i>Thread:</i> ms-dispatch. <i>Allocates:</i> nothing per message and acknowledgement.
 * Callbacks that come while a message is being sent (interest that goes) only set marks.
 */
public final class Consumer {
  private static final long NO_TIMER = -1;
  private static final long UNUSED_GRACE_NS = 100_000_000L;

  /** Objects of a consumer that delivered nothing, and its configuration. */
  public static final int BASE_BYTES = 3 * 1024;

  private final Consumers home;
  private final Stream stream;
  private final int id;
  private final String name;
  private final long createdNs;
  private final byte[] path;
  private final ConsumerCursor cursor;
  private final ConsumerAcks acks;
  private final DeliverTarget target;
  private final ConsumerDelivery delivery;
  private final Runnable onTimer = this::onTimer;
  private ConsumerConfig config;

  /** The last one that was found to cover all that this delivers. */
  private SubjectScope usableWithin = SubjectScope.OPEN;

  /** What its records said until now, while recovering; then null. */
  private ConsumerRecovery recovery;

  private long pauseUntilNs;
  private long lastDeliveredNs;
  private long timer = NO_TIMER;
  private long timerDeadlineNs = Long.MAX_VALUE;
  private boolean isAwake;
  private boolean isClosed;
  private boolean isDirty;

  /** What the budget knows of. */
  private long stateBytes;

  public Consumer(
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
    this.cursor = new ConsumerCursor(stream, config);
    this.acks = new ConsumerAcks(this);
    this.target = config.isPush() ? new PushTarget(this) : new PullTarget(this);
    this.delivery = new ConsumerDelivery(this);
  }

  // What it is

  public Stream stream() {
    return stream;
  }

  public int id() {
    return id;
  }

  public String name() {
    return name;
  }

  public long createdNs() {
    return createdNs;
  }

  /** {@code <stream>.<consumer>}, as subjects have it. */
  byte[] path() {
    return path;
  }

  public ConsumerConfig config() {
    return config;
  }

  public ConsumerCursor cursor() {
    return cursor;
  }

  public ConsumerAcks acks() {
    return acks;
  }

  public DeliverTarget target() {
    return target;
  }

  /** Its turns. */
  ConsumerDelivery delivery() {
    return delivery;
  }

  boolean isClosed() {
    return isClosed;
  }

  /** Whether its state outlives a restart. */
  public boolean isKept() {
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
  public long lastDeliveredNs() {
    return lastDeliveredNs;
  }

  public void lastDeliveredNs(final long timeNs) {
    lastDeliveredNs = timeNs;
  }

  public long numPending() {
    return cursor.pending();
  }

  public int ackPendingCount() {
    return acks.pending().count();
  }

  /** Messages that could be sent at once if somebody asked. */
  long available() {
    return cursor.pending() + acks.pending().dueCount();
  }

  public boolean isPushBound() {
    return target instanceof PushTarget push && push.isActive();
  }

  /** How long it is still paused, 0 = not at all. */
  public long pauseRemainingNs() {
    return pauseUntilNs <= exchange().wallNs() ? 0 : pauseUntilNs - exchange().wallNs();
  }

  private static long pauseUntilNs(final ConsumerConfig config) {
    return config.pauseUntil().map(Rfc3339::epochNs).orElse(0L);
  }

  // What it may take

  /** Whether the budget has room for so much more. */
  boolean hasStateFor(final long bytes) {
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

  public Exchange exchange() {
    return home.exchange();
  }

  DeliverEncoder encoder() {
    return home.encoder();
  }

  ConsumerRecords records() {
    return home.journal().records();
  }

  ConsumerEvents events() {
    return home.events();
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
  public void start() {
    cursor.start(config);
    acks.startAt(cursor.next() - 1);
    delivery.start();
  }

  /** Comes from a record: what follows is told to what is returned here. */
  ConsumerRecovery recover(final FrameView configRecord) {
    recovery = new ConsumerRecovery(this, configRecord);
    return recovery;
  }

  /** Where its records go while recovering. */
  ConsumerRecovery recovery() {
    return recovery;
  }

  /** All records were seen. */
  void onRecoveryComplete(final long nowNs) {
    recovery.finish(nowNs);
    recovery = null;
  }

  /** Whether an interest stream has to keep a message that its filter wants. */
  boolean isNeeded(final long sequence) {
    return recovery == null ? acks.isNeeded(sequence) : recovery.isNeeded(sequence);
  }

  /** Goes live: from here on it may deliver. */
  public void open() {
    target.open(exchange().monotonicNs());
    arm();
    wake();
  }

  /** {@link Reach#mayUse} for those with bounds; remembers the last who might. */
  boolean isUsableWithin(final SubjectScope scope) {
    if (usableWithin == scope) {
      return true;
    }
    if (!Reach.coversUse(scope, this)) {
      return false;
    }
    if (!config.filters().isEmpty()) {
      usableWithin = scope;
    }
    return true;
  }

  /** Takes a changed configuration into effect. */
  void update(final ConsumerConfig newConfig) {
    usableWithin = SubjectScope.OPEN;
    final boolean isFilterChanged = !newConfig.filters().equals(config.filters());
    config = newConfig;
    pauseUntilNs = pauseUntilNs(newConfig);
    if (isFilterChanged) {
      delivery.readAgain();
      cursor.filter(newConfig);
    }
    if (home.isLive()) {
      target.onConfigChanged();
      arm();
      wake();
    }
  }

  /** Goes back, or forth, to a stream sequence and forgets what was not acknowledged. */
  public void reset(final long sequence) {
    delivery.abandonReads();
    acks.reset(sequence - 1);
    lastDeliveredNs = 0;
    cursor.startAt(Math.max(1, sequence));
    cursor.recount();
    markDirty();
    wake();
  }

  /** Ends it; who waits is told. */
  void close() {
    isClosed = true;
    delivery.abandonReads();
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
    delivery.readAgain();
    cursor.onPurged();
    acks.onPurged(cursor.next() - 1);
    markDirty();
  }

  // Turns and records

  /** Makes sure that {@link ConsumerDelivery#deliver} is called in this duty cycle or the next. */
  void wake() {
    if (!isAwake && !isClosed) {
      isAwake = true;
      home.enqueue(this);
    }
  }

  void asleep() {
    isAwake = false;
  }

  /** Wakes it when there is memory for another entry. */
  void holdBack() {
    home.holdBack(this);
  }

  /** There is state that no record tells yet. */
  void markDirty() {
    if (!isDirty && isKept()) {
      isDirty = true;
      home.journal().enqueueDirty(this);
    }
  }

  /** Whether a state record would hold all that was delivered and not acknowledged. */
  boolean fitsRecord() {
    return acks.pending().count() <= ConsumerRecords.ENTRIES_MAX
        && acks.exhausted().size() <= ConsumerRecords.ENTRIES_MAX;
  }

  /** Its state as a record; valid until the next record is made. */
  MessageView stateRecord() {
    final ConsumerRecords records = home.journal().records();
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

  /** The state that {@link #reset} will bring about, as a record. */
  public MessageView resetRecord(final long sequence) {
    final ConsumerRecords records = home.journal().records();
    records.beginState();
    return records.state(id, sequence - 1, 0, sequence - 1, 0, Math.max(1, sequence), 0, 0);
  }

  boolean takeDirty() {
    final boolean wasDirty = isDirty;
    isDirty = false;
    return wasDirty && !isClosed;
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
      deadline = Math.min(deadline, Deadline.after(exchange().monotonicNs(), pauseNs));
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
      return Deadline.after(exchange().monotonicNs(), config.inactiveThresholdNs());
    }
    final long deadline = Deadline.after(sinceNs + UNUSED_GRACE_NS, config.inactiveThresholdNs());
    // Who took messages from a pull consumer may still be at work on them.
    return config.isPush()
        ? deadline
        : Math.max(
            deadline,
            acks.pending().nextDeadlineNs() == Deadline.NEVER
                ? deadline
                : Deadline.after(acks.pending().nextDeadlineNs(), config.inactiveThresholdNs()));
  }
}
