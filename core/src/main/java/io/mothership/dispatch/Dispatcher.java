package io.mothership.dispatch;

import io.mothership.bus.Ingress;
import io.mothership.bus.Outbox;
import io.mothership.bus.Pressure;
import io.mothership.bus.SessionOpening;
import io.mothership.bus.SubjectScope;
import io.mothership.clock.Clock;
import io.mothership.frame.FrameDescriptor;
import io.mothership.frame.FrameView;
import io.mothership.frame.HotPath;
import io.mothership.frame.MessageView;
import io.mothership.frame.Slice;
import io.mothership.frame.codec.Origin;
import io.mothership.frame.codec.RecordType;
import io.mothership.journal.ReadAgent;
import io.mothership.journal.StreamNames;
import io.mothership.metrics.Counter;
import io.mothership.routing.MatchResult;
import io.mothership.routing.SubjectTrie;
import io.mothership.routing.Subscription;
import io.mothership.session.Session;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.agrona.collections.Int2ObjectHashMap;
import org.agrona.collections.Long2ObjectHashMap;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The one owner of all broker state: takes what connections ask for, routes messages, and tells the
 * streams above it what became of their records.
 *
 * <p><i>Thread:</i> ms-dispatch (in {@code shared} threading the I/O loop is that thread).
 * <i>Allocates:</i> nothing per message. <i>Back-pressure:</i> takes nothing from the ingress ring
 * while the journal ring could not take what may follow from it.
 */
final class Dispatcher implements Agent, Exchange, Ingress.Handler, Session.Listener {
  private static final int INGRESS_LIMIT = 256;
  private static final int READ_LIMIT = 64;

  /** Room kept in the journal ring for what one ingress message may cause beside its own record. */
  private static final int CONSEQUENCES_LENGTH = 64 * 1024;

  private static final int SUBJECT_ROOM = 2 * FrameDescriptor.SUBJECT_LENGTH_MAX;
  private static final byte[] NO_RESPONDERS_START =
      "NATS/1.0 503\r\nNats-Subject: ".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] HEADERS_END = "\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private final Ingress ingress;
  private final Ingress.Drain drain;
  private final JournalTail journal;
  private final ReadAgent reads;
  private final StreamLayer streams;
  private final StreamNames names;
  private final Clock clock;
  private final int recordLengthMax;
  private final Optional<Checkpointer> checkpointer;
  private final SubscriptionBudget budget;
  private final Timers timers;
  private final Long2ObjectHashMap<Session> sessions = new Long2ObjectHashMap<>();
  private final Int2ObjectHashMap<Account> accounts = new Int2ObjectHashMap<>();
  private final ArrayList<Session> dirty = new ArrayList<>();
  private final List<MatchResult> matches = new ArrayList<>();
  private final MessageView published = new MessageView();
  private final MessageView noResponders = new MessageView();
  private final UnsafeBuffer noRespondersHeaders = new UnsafeBuffer(new byte[SUBJECT_ROOM]);
  private final ReadAgent.AnswerConsumer onAnswer = new Answers();
  private final Counter journalWaits = new Counter();

  private long wallNs;
  private long monotonicNs;
  private long random = 0x9E3779B97F4A7C15L;
  private int depth;
  private Session publisher;
  private Origin origin = Origin.INTERNAL;
  private long outboxId;

  /**
   * @param recordLengthMax the longest frame a publish can make
   * @param checkpointer keeps the journal short, if it is one that needs it
   */
  Dispatcher(
      final Ingress ingress,
      final JournalTail journal,
      final ReadAgent reads,
      final StreamLayer streams,
      final StreamNames names,
      final Clock clock,
      final int recordLengthMax,
      final Optional<Checkpointer> checkpointer,
      final SubscriptionBudget budget) {
    this.ingress = ingress;
    this.drain = ingress.new Drain(this);
    this.journal = journal;
    this.reads = reads;
    this.streams = streams;
    this.names = names;
    this.clock = clock;
    this.recordLengthMax = recordLengthMax;
    this.checkpointer = checkpointer;
    this.budget = budget;
    this.wallNs = clock.wallNs();
    this.monotonicNs = clock.monotonicNs();
    this.timers = new Timers(monotonicNs);
  }

  /** Before the first duty cycle, on the thread that starts the appliance. */
  void start() {
    streams.onRecoveryComplete(this);
  }

  SubscriptionBudget budget() {
    return budget;
  }

  @Override
  public String roleName() {
    return "ms-dispatch";
  }

  @Override
  public int doWork() {
    wallNs = clock.wallNs();
    monotonicNs = clock.monotonicNs();
    if (checkpointer.isPresent()) {
      final int work = checkpointer.get().doWork(monotonicNs);
      if (checkpointer.get().isDraining()) {
        final int told = journal.advance(streams);
        flush();
        return work + told;
      }
    }
    int work = ingress.drain(drain, INGRESS_LIMIT);
    work += journal.advance(streams);
    work += reads.drain(onAnswer, READ_LIMIT);
    work += timers.poll(monotonicNs);
    work += streams.doWork();
    flush();
    return work;
  }

  /** Writes the last checkpoint, after everything was appended and synced. */
  void checkpointAtStop() {
    checkpointer.ifPresent(Checkpointer::finish);
  }

  /** Ends every session, after the last duty cycle. */
  void endSessions() {
    for (final Session session : List.copyOf(sessions.values())) {
      session.outbox().close(Outbox.CloseReason.SHUTDOWN);
      end(session);
    }
  }

  /** Fills a report; on ms-dispatch. */
  void report(final BrokerReport report) {
    int subscriptions = 0;
    for (final Account account : accounts.values()) {
      subscriptions += account.trie().count();
    }
    report.clients(sessions.size(), subscriptions);
    report.recordTime(journal.lastTimeNs());
    streams.onReport(report);
  }

  /** Answers a tap's question; on ms-dispatch. */
  void lookUp(final LookUp lookUp) {
    streams.onLookUp(lookUp);
  }

  /** Counts what is before a tap; on ms-dispatch. */
  void backlog(final LookUp lookUp) {
    streams.onBacklog(lookUp);
  }

  /** How often the ingress ring had to wait for room in the journal ring. Any thread. */
  long journalWaits() {
    return journalWaits.value();
  }

  // What connections ask for

  @Override
  public boolean isReady() {
    if (journal.hasRoom(recordLengthMax + CONSEQUENCES_LENGTH) || journal.isFailed()) {
      return true;
    }
    journalWaits.increment();
    return false;
  }

  @Override
  @HotPath
  public void onPublish(final long connectionId, final FrameView frame) {
    final Session session = sessions.get(connectionId);
    if (session == null) {
      return;
    }
    publisher = session;
    origin = Origin.get((short) frame.origin());
    outboxId = frame.outboxId();
    try {
      published.wrap(frame);
      final int reached = route(session.accountId(), published);
      if (reached == 0 && !published.reply().isEmpty() && session.wantsNoResponders()) {
        answerNoResponders(session);
      }
    } finally {
      publisher = null;
      origin = Origin.INTERNAL;
      outboxId = 0;
    }
  }

  @Override
  public void onSubscribe(
      final long connectionId, final Slice sid, final Slice subject, final Slice queue) {
    final Session session = sessions.get(connectionId);
    if (session == null) {
      return;
    }
    final int held = session.subscriptions().size();
    final Subscription subscription = session.subscribe(sid, subject, queue);
    if (subscription == null) {
      return;
    }
    if (session.isClient() && budget.isUsedUpBy(held)) {
      session.forget(subscription);
      onOffered(session, session.outbox().offerRefusal(Outbox.Refusal.SUBSCRIPTIONS));
      return;
    }
    insert(session.accountId(), subscription);
    if (session.isClient() && budget.isExceeded()) {
      // What a subscription costs is known when it is in: how many nodes it shares with others.
      session.forget(subscription);
      remove(session.accountId(), subscription);
      onOffered(session, session.outbox().offerRefusal(Outbox.Refusal.SUBSCRIPTION_MEMORY));
      return;
    }
    streams.onInterestChanged(session.accountId(), subscription, true);
  }

  @Override
  public void onUnsubscribe(final long connectionId, final Slice sid, final long deliveredMax) {
    final Session session = sessions.get(connectionId);
    if (session == null) {
      return;
    }
    final Subscription subscription = session.subscription(sid);
    if (subscription == null) {
      return;
    }
    if (deliveredMax > subscription.delivered()) {
      subscription.deliveredMax(deliveredMax);
    } else {
      onExhausted(session, subscription);
    }
  }

  @Override
  public void onOpen(final SessionOpening opening) {
    final Session known = sessions.get(opening.connectionId());
    if (known == null) {
      sessions.put(opening.connectionId(), new Session(opening, this));
    } else {
      known.reopen(opening);
    }
  }

  @Override
  public void onClose(final long connectionId) {
    final Session session = sessions.get(connectionId);
    if (session != null) {
      end(session);
    }
  }

  @Override
  public void onPong(final long connectionId) {
    final Session session = sessions.get(connectionId);
    if (session != null) {
      onOffered(session, session.outbox().offerPong());
    }
  }

  @Override
  public void onControl(final long connectionId, final Slice line) {
    final Session session = sessions.get(connectionId);
    if (session != null) {
      onOffered(session, session.outbox().offerControl(line));
    }
  }

  // What sessions report

  @Override
  public void onDirty(final Session session) {
    dirty.add(session);
  }

  @Override
  public void onRefused(final Session session, final int pressure) {
    if (pressure == Pressure.FULL) {
      session.outbox().close(Outbox.CloseReason.SLOW_CONSUMER);
    }
    end(session);
  }

  @Override
  public void onExhausted(final Session session, final Subscription subscription) {
    subscription.close();
    session.forget(subscription);
    remove(session.accountId(), subscription);
    streams.onInterestChanged(session.accountId(), subscription, false);
  }

  // What the streams ask for

  @Override
  public long wallNs() {
    return wallNs;
  }

  @Override
  public long monotonicNs() {
    return monotonicNs;
  }

  @Override
  @HotPath
  public int route(final int accountId, final MessageView message) {
    return routeTo(accountId, message.subject(), message);
  }

  @Override
  public int routeTo(final int accountId, final Slice target, final MessageView message) {
    final MatchResult match = match(accountId, target);
    depth++;
    try {
      int reached = 0;
      for (int i = 0; i < match.plainCount(); i++) {
        final Subscription subscription = match.plain(i);
        if (isAudience(subscription)) {
          subscription.subscriber().onMessage(subscription, message);
          reached++;
        }
      }
      for (int group = 0; group < match.groupCount(); group++) {
        if (routeToMember(match, group, message)) {
          reached++;
        }
      }
      return reached;
    } finally {
      depth--;
    }
  }

  @Override
  public boolean hasInterest(final int accountId, final Slice subject) {
    return !match(accountId, subject).isEmpty();
  }

  @Override
  public void subscribe(final int accountId, final Subscription subscription) {
    insert(accountId, subscription);
  }

  @Override
  public void unsubscribe(final int accountId, final Subscription subscription) {
    subscription.close();
    remove(accountId, subscription);
  }

  @Override
  public Origin origin() {
    return origin;
  }

  @Override
  public SubjectScope scope() {
    return publisher == null ? SubjectScope.OPEN : publisher.scope();
  }

  @Override
  public long outboxId() {
    return outboxId;
  }

  @Override
  @HotPath
  public long tryAppend(
      final RecordType type,
      final int accountId,
      final int streamId,
      final long streamSequence,
      final boolean isSynced,
      final long ttlNs,
      final long recordOutboxId,
      final MessageView message) {
    return journal.tryAppend(
        type,
        origin,
        accountId,
        streamId,
        streamSequence,
        isSynced ? FrameDescriptor.FLAG_SYNCED : 0,
        ttlNs,
        recordOutboxId,
        wallNs,
        message);
  }

  @Override
  public boolean isSpaceLow() {
    return journal.isSpaceLow();
  }

  @Override
  public long lastAppendTimeNs() {
    return journal.lastTimeNs();
  }

  @Override
  public boolean readTail(final long journalSequence, final FrameView frame) {
    return journal.read(journalSequence, frame);
  }

  @Override
  public int tryRead(final int requester, final long token, final long location) {
    return reads.tryRequest(requester, token, location);
  }

  @Override
  public long appendedSequence() {
    return journal.appendedSequence();
  }

  @Override
  public void nameStream(final int streamId, final String name) {
    names.put(streamId, name);
  }

  @Override
  public long schedule(final long deadlineMonotonicNs, final Runnable task) {
    return timers.schedule(deadlineMonotonicNs, task);
  }

  @Override
  public void cancel(final long timerId) {
    timers.cancel(timerId);
  }

  private void onOffered(final Session session, final int queued) {
    if (queued < 0) {
      onRefused(session, queued);
    } else {
      session.markDirty();
    }
  }

  private MatchResult match(final int accountId, final Slice subject) {
    // One result per nesting level: what a subscriber does may route further messages.
    if (depth == matches.size()) {
      matches.add(new MatchResult());
    }
    final MatchResult match = matches.get(depth);
    account(accountId).trie().match(subject, match);
    return match;
  }

  private boolean routeToMember(
      final MatchResult match, final int group, final MessageView message) {
    final int count = match.memberCount(group);
    final int first = count == 1 ? 0 : (int) Math.floorMod(nextRandom(), (long) count);
    for (int i = 0; i < count; i++) {
      final Subscription member = match.member(group, (first + i) % count);
      if (isAudience(member) && member.subscriber().isReady()) {
        member.subscriber().onMessage(member, message);
        return true;
      }
    }
    return false;
  }

  private boolean isAudience(final Subscription subscription) {
    return !subscription.isClosed()
        && (publisher == null
            || subscription.subscriber() != publisher
            || publisher.isEcho()
            || depth > 1);
  }

  private void answerNoResponders(final Session session) {
    final Slice subject = published.subject();
    int length = NO_RESPONDERS_START.length;
    noRespondersHeaders.putBytes(0, NO_RESPONDERS_START);
    noRespondersHeaders.putBytes(length, subject.buffer(), subject.offset(), subject.length());
    length += subject.length();
    noRespondersHeaders.putBytes(length, HEADERS_END);
    length += HEADERS_END.length;
    noResponders.clear();
    noResponders.subject().wrap(published.reply());
    noResponders.headers().wrap(noRespondersHeaders, 0, length);
    final MatchResult match = match(session.accountId(), published.reply());
    depth++;
    try {
      for (int i = 0; i < match.plainCount(); i++) {
        final Subscription subscription = match.plain(i);
        if (subscription.subscriber() == session) {
          session.onMessage(subscription, noResponders);
          return;
        }
      }
    } finally {
      depth--;
    }
  }

  private void end(final Session session) {
    sessions.remove(session.connectionId());
    final Subscription[] subscriptions =
        session.subscriptions().toArray(new Subscription[session.subscriptions().size()]);
    session.close();
    for (final Subscription subscription : subscriptions) {
      subscription.close();
      remove(session.accountId(), subscription);
    }
    for (final Subscription subscription : subscriptions) {
      streams.onInterestChanged(session.accountId(), subscription, false);
    }
  }

  private void flush() {
    for (int i = 0; i < dirty.size(); i++) {
      dirty.get(i).flush();
    }
    dirty.clear();
  }

  private void insert(final int accountId, final Subscription subscription) {
    final SubjectTrie trie = account(accountId).trie();
    final int count = trie.count();
    final long bytes = trie.heapBytes();
    trie.insert(subscription);
    budget.add(trie.count() - count, trie.heapBytes() - bytes);
  }

  private void remove(final int accountId, final Subscription subscription) {
    final SubjectTrie trie = account(accountId).trie();
    final int count = trie.count();
    final long bytes = trie.heapBytes();
    trie.remove(subscription);
    budget.add(trie.count() - count, trie.heapBytes() - bytes);
  }

  private Account account(final int accountId) {
    Account account = accounts.get(accountId);
    if (account == null) {
      account = new Account();
      accounts.put(accountId, account);
    }
    return account;
  }

  private long nextRandom() {
    random ^= random << 13;
    random ^= random >>> 7;
    random ^= random << 17;
    return random;
  }

  private final class Answers extends ReadAgent.AnswerConsumer {
    @Override
    protected void onAnswer(final int requester, final long token, final FrameView frame) {
      streams.onRead(requester, token, frame);
    }

    @Override
    protected void onLost(final int requester, final long token, final long location) {
      streams.onReadLost(requester, token, location);
    }
  }
}
