package io.mothership.jetstream.consumer;

import io.mothership.dispatch.BrokerReport;
import io.mothership.dispatch.Exchange;
import io.mothership.frame.FrameView;
import io.mothership.frame.HotPath;
import io.mothership.frame.MessageView;
import io.mothership.frame.Slice;
import io.mothership.frame.codec.RecordType;
import io.mothership.jetstream.index.StateBudget;
import io.mothership.jetstream.index.SubjectPatterns;
import io.mothership.jetstream.model.ConsumerConfig;
import io.mothership.jetstream.model.RandomIds;
import io.mothership.jetstream.model.StreamConfig;
import io.mothership.jetstream.stream.ConsumerLayer;
import io.mothership.jetstream.stream.Stream;
import io.mothership.jetstream.stream.StreamHome;
import io.mothership.routing.Subjects;
import io.mothership.routing.Subscription;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.agrona.collections.Int2ObjectHashMap;

/**
 * All consumers: finds the one that a message, a record or an answer is for, and gives each its
 * turn.
 *
 * <p><i>Thread:</i> ms-dispatch, except recovery. <i>Allocates:</i> nothing per message.
 */
public final class Consumers implements ConsumerLayer {
  /** Reads are the consumers' from this requester on. */
  public static final int REQUESTERS = 1 << 10;

  private static final int ACK_PATH_OFFSET = "$JS.ACK.".length();
  private static final int FLOW_PATH_OFFSET = "$JS.FC.".length();
  private static final int TURN_LIMIT = 64;
  private static final int TURNS_LIMIT = 64;
  private static final long REAP_RETRY_NS = 250_000_000L;
  private static final byte[] PUSH_BASED = DeliverEncoder.ascii("409 Consumer is push based");

  private final StreamHome owner;
  private final ConsumerEvents events;
  private final DeliverEncoder encoder = new DeliverEncoder();
  private final ConsumerJournal journal;
  private final Int2ObjectHashMap<ConsumerRegistry> byStream = new Int2ObjectHashMap<>();
  private final Int2ObjectHashMap<Consumer> byId = new Int2ObjectHashMap<>();
  private final ConsumerDirectory directory = new ConsumerDirectory();
  private final Map<String, List<Consumer>> byDeliverSubject = new HashMap<>();
  private final ArrayDeque<Consumer> awake = new ArrayDeque<>();

  /** Those that wait for memory, in the order in which they began to. */
  private final LinkedHashSet<Consumer> heldBack = new LinkedHashSet<>();

  private final MessageView answer = new MessageView();
  private final Slice pullBody = new Slice();
  private final RandomIds ids = new RandomIds();
  private Exchange exchange;
  private long interestVersion;
  private int lastId;

  public Consumers(final StreamHome owner, final ConsumerEvents events) {
    this.owner = owner;
    this.events = events;
    this.journal = new ConsumerJournal(this, owner);
  }

  StateBudget state() {
    return owner.state();
  }

  /** Writes a consumer's state down if it is kept and fits; else nothing is written, which is 0. */
  public long tryAppendState(final Consumer consumer) {
    return journal.tryAppendState(consumer);
  }

  /** The record of a configuration as of now; valid until the next record is made. */
  public MessageView configRecord(final Consumer consumer, final ConsumerConfig config) {
    return journal.configRecord(
        consumer, config, consumer.cursor().next(), consumer.cursor().resume());
  }

  /** The record that a consumer is gone; valid until the next record is made. */
  public MessageView deleteRecord(final Consumer consumer) {
    return journal.records().delete(consumer.id());
  }

  /** All consumers there are. */
  public int count() {
    return byId.size();
  }

  /** Null while recovering. */
  public Exchange exchange() {
    return exchange;
  }

  boolean isLive() {
    return exchange != null;
  }

  DeliverEncoder encoder() {
    return encoder;
  }

  /** What their records say, and how they come back from them. */
  public ConsumerJournal journal() {
    return journal;
  }

  ConsumerEvents events() {
    return events;
  }

  String domain() {
    return owner.config().domain();
  }

  /** Grows whenever somebody stops to listen to something. */
  long interestVersion() {
    return interestVersion;
  }

  char randomLetter() {
    return ids.letter();
  }

  public String randomId(final int length) {
    return ids.text(length);
  }

  public ConsumerRegistry registry(final Stream stream) {
    ConsumerRegistry registry = byStream.get(stream.id());
    if (registry == null) {
      registry = new ConsumerRegistry(stream);
      byStream.put(stream.id(), registry);
    }
    return registry;
  }

  public int nextId() {
    return lastId + 1;
  }

  /** The highest id that was given to a consumer. */
  int lastId() {
    return lastId;
  }

  /** Ids up to this were given to consumers. */
  void onId(final int id) {
    lastId = Math.max(lastId, id);
  }

  /** The consumer that a record names, or null: it is gone. */
  Consumer consumerById(final int id) {
    return byId.get(id);
  }

  /** In no order. */
  Collection<Consumer> all() {
    return byId.values();
  }

  /** Puts a consumer in its place. */
  public void add(final Consumer consumer) {
    onId(consumer.id());
    byId.put(consumer.id(), consumer);
    registry(consumer.stream()).add(consumer);
    directory.add(consumer);
    bind(consumer);
    consumer.countState();
  }

  /** Takes a consumer out; what it alone kept in its stream goes. */
  public void remove(final Consumer consumer) {
    byId.remove(consumer.id());
    registry(consumer.stream()).remove(consumer);
    directory.remove(consumer);
    unbind(consumer);
    heldBack.remove(consumer);
    consumer.close();
    if (!consumer.stream().isDeleted()) {
      sweep(consumer.stream());
    }
  }

  /** Lets go what no consumer of an interest stream waits for. */
  void sweep(final Stream stream) {
    if (stream.config().retention() == StreamConfig.Retention.INTEREST) {
      registry(stream).sweep(Long.MAX_VALUE);
    }
  }

  /** Takes a changed configuration into effect, which is in the journal. */
  public void change(final Consumer consumer, final ConsumerConfig config) {
    final boolean isFilterChanged = !config.filters().equals(consumer.config().filters());
    unbind(consumer);
    consumer.update(config);
    bind(consumer);
    if (isFilterChanged) {
      sweep(consumer.stream());
    }
  }

  /** The deliver subject is about to change, or has changed. */
  private void unbind(final Consumer consumer) {
    final String subject = consumer.config().deliverSubject();
    final List<Consumer> bound = byDeliverSubject.get(subject);
    if (bound != null && bound.remove(consumer) && bound.isEmpty()) {
      byDeliverSubject.remove(subject);
    }
  }

  private void bind(final Consumer consumer) {
    if (consumer.config().isPush()) {
      byDeliverSubject
          .computeIfAbsent(consumer.config().deliverSubject(), key -> new ArrayList<>())
          .add(consumer);
    }
  }

  /** A consumer that nobody uses any more. */
  void reap(final Consumer consumer) {
    if (consumer.isKept() && journal.tryAppendDelete(consumer) < 0) {
      consumer.armBy(exchange.monotonicNs() + REAP_RETRY_NS);
      return;
    }
    remove(consumer);
    events.onDeleted(consumer);
  }

  // Recovery

  @Override
  public void onRecovered(final FrameView frame) {
    journal.onRecovered(frame);
  }

  /**
   * All consumers that outlive a restart, as they are now, in parts; for {@link #restore}. They are
   * freed when the frozen state is not in use any more.
   */
  public List<ByteBuffer> freeze() {
    return journal.freeze();
  }

  /** Takes the place of what was frozen; the streams are restored. */
  public void restore(final ByteBuffer frozen) {
    journal.restore(frozen);
  }

  /** All records were seen; the streams are complete and have subscribed. */
  public void onRecoveryComplete(final Exchange newExchange) {
    exchange = newExchange;
    final long nowNs = newExchange.monotonicNs();
    byId.values().forEach(consumer -> consumer.onRecoveryComplete(nowNs));
    for (final ConsumerRegistry registry : byStream.values()) {
      registry.skipCommitted();
      sweep(registry.stream());
      registry.consumers().forEach(Consumer::open);
    }
  }

  // Requests

  /**
   * A pull request. {@code nameOffset} is where {@code <stream>.<consumer>} begins in the subject,
   * as the domain makes it vary.
   */
  public void onPullRequest(final int accountId, final MessageView message, final int nameOffset) {
    final Consumer consumer = directory.find(message.subject(), nameOffset);
    if (isOutOfReach(consumer)) {
      refuse(accountId, message);
    } else if (consumer.target() instanceof PullTarget pull) {
      pull.onRequest(message.reply(), pullBody.wrap(message.payload()));
    } else if (!message.reply().isEmpty()) {
      exchange.route(accountId, encoder.status(message.reply(), PUSH_BASED));
    }
  }

  /** A message on {@code $JS.ACK.>}. */
  @HotPath
  public void onAck(final int accountId, final MessageView message) {
    final Consumer consumer = directory.find(message.subject(), ACK_PATH_OFFSET);
    if (isOutOfReach(consumer)) {
      refuse(accountId, message);
    } else {
      consumer.acks().onAck(message.subject(), message.reply(), message.payload());
    }
  }

  /** A message on {@code $JS.FC.>}. */
  public void onFlowControl(final int accountId, final MessageView message) {
    final Consumer consumer = directory.find(message.subject(), FLOW_PATH_OFFSET);
    if (!isOutOfReach(consumer) && consumer.target() instanceof PushTarget push) {
      push.onFlowControl(message.subject());
    }
  }

  /** Whether there is none, or none for whoever sent the message being handled. */
  private boolean isOutOfReach(final Consumer consumer) {
    return consumer == null || !Reach.mayUse(exchange.scope(), consumer);
  }

  /** Nobody is there: what a client hears when no subscription matches. */
  private void refuse(final int accountId, final MessageView message) {
    if (!message.reply().isEmpty()) {
      exchange.route(accountId, encoder.noResponders(message.reply(), message.subject()));
    }
  }

  // Records

  /** An ACK or CONSUMER_* record reached the journal. */
  @HotPath
  public void onAppended(final FrameView frame, final long location) {
    if (frame.recordType() != RecordType.ACK) {
      return;
    }
    final Stream stream = owner.streamById(frame.streamId());
    if (stream != null) {
      letGo(stream, frame);
    }
  }

  /** An acknowledgement is in the journal: what nobody waits for any more goes. */
  @HotPath
  void letGo(final Stream stream, final FrameView frame) {
    switch (stream.config().retention()) {
      case WORKQUEUE -> stream.remove(frame.streamSequence());
      case INTEREST -> {
        final ConsumerRegistry registry = registry(stream);
        if (ConsumerRecords.i32(frame, 4) == ConsumerRecords.KIND_ALL) {
          registry.sweep(frame.streamSequence());
        } else if (stream.index().isPresent(frame.streamSequence())
            && !registry.isNeeded(frame.streamSequence())) {
          stream.remove(frame.streamSequence());
        }
      }
      case LIMITS -> {
        // Stays until its limits say so.
      }
    }
  }

  /** An ACK or CONSUMER_* record survives a power cut now. */
  @HotPath
  public void onSynced(final FrameView frame) {
    if (frame.recordType() == RecordType.ACK && frame.replyLength() > 0) {
      answer.clear();
      answer.subject().wrap(frame.buffer(), frame.replyOffset(), frame.replyLength());
      exchange.route(frame.accountId(), answer);
    }
  }

  /** Answer to a read with a requester of {@link #REQUESTERS} or above. */
  public void onRead(final int requester, final long token, final FrameView frame) {
    final Consumer consumer = byId.get(requester - REQUESTERS);
    if (consumer != null) {
      consumer.delivery().onRead(token, frame);
    }
  }

  /** Answer to {@link Stream#tryRead}: what lay there is lost. */
  public void onReadLost(final int requester, final long token, final long location) {
    final Consumer consumer = byId.get(requester - REQUESTERS);
    if (consumer != null) {
      consumer.delivery().onReadLost(token, location);
    }
  }

  // What streams and sessions tell

  /** A subscription came or went. */
  public void onInterestChanged(
      final int accountId, final Subscription subscription, final boolean isAdded) {
    if (!isAdded) {
      interestVersion++;
    }
    if (byDeliverSubject.isEmpty()) {
      return;
    }
    final String subject = new String(subscription.subject(), StandardCharsets.UTF_8);
    if (Subjects.isLiteral(subscription.subject())) {
      refresh(byDeliverSubject.getOrDefault(subject, List.of()));
      return;
    }
    byDeliverSubject.forEach(
        (deliverSubject, bound) -> {
          if (SubjectPatterns.isSubset(deliverSubject, subject)) {
            refresh(bound);
          }
        });
  }

  private static void refresh(final List<Consumer> bound) {
    for (final Consumer consumer : bound) {
      if (consumer.target() instanceof PushTarget push) {
        push.refreshInterest();
      }
    }
  }

  @Override
  public void onStreamCommitted(final Stream stream) {
    final ConsumerRegistry registry = byStream.get(stream.id());
    if (registry != null) {
      registry.onCommitted();
    }
  }

  @Override
  public void onStreamRemoving(final Stream stream, final long sequence) {
    final ConsumerRegistry registry = byStream.get(stream.id());
    if (registry != null) {
      registry.onRemoving(sequence);
    }
  }

  @Override
  public void onStreamPurged(final Stream stream) {
    final ConsumerRegistry registry = byStream.get(stream.id());
    if (registry != null && isLive()) {
      registry.onPurged();
    }
  }

  @Override
  public void onRetentionChanged(final Stream stream) {
    sweep(stream);
  }

  @Override
  public void onStreamDeleted(final Stream stream) {
    final ConsumerRegistry registry = byStream.get(stream.id());
    if (registry != null) {
      List.copyOf(registry.consumers()).forEach(this::remove);
      byStream.remove(stream.id());
    }
  }

  /** Consumers of a stream that count against its limit. */
  public int consumerCount(final Stream stream) {
    final ConsumerRegistry registry = byStream.get(stream.id());
    return registry == null ? 0 : registry.limitedCount();
  }

  /** Tells about the consumers of a stream. */
  public void onReport(final Stream stream, final BrokerReport report) {
    final ConsumerRegistry registry = byStream.get(stream.id());
    if (registry == null) {
      return;
    }
    for (final Consumer consumer : registry.consumers()) {
      if (report.countConsumer()) {
        report.add(
            new BrokerReport.ConsumerState(
                stream.name(),
                consumer.name(),
                consumer.numPending(),
                consumer.ackPendingCount(),
                consumer.acks().redeliveredCount(),
                consumer.deliveredConsumerSequence()));
      }
    }
  }

  @Override
  public boolean wants(final Stream stream, final Slice subject) {
    final ConsumerRegistry registry = byStream.get(stream.id());
    return registry != null && registry.wants(subject);
  }

  // Turns

  /** For {@link Consumer#wake}. */
  void enqueue(final Consumer consumer) {
    awake.add(consumer);
  }

  /** Wakes the consumer when there is memory for what it delivers next. */
  void holdBack(final Consumer consumer) {
    heldBack.add(consumer);
  }

  /** Gives those a turn that have something to do. */
  @HotPath
  public int doWork() {
    int work = heldBack.isEmpty() ? 0 : wakeHeldBack();
    for (int i = Math.min(awake.size(), TURNS_LIMIT); i > 0; i--) {
      final Consumer consumer = awake.poll();
      consumer.asleep();
      final int steps = consumer.delivery().deliver(TURN_LIMIT);
      consumer.countState();
      work += steps;
      if (steps >= TURN_LIMIT) {
        consumer.wake();
      }
    }
    return work + journal.doWork();
  }

  /** One at a time: what it takes is not there for the next. */
  private int wakeHeldBack() {
    final Consumer first = heldBack.getFirst();
    if (!state().hasRoomForConsumers(first.acks().pending().growthBytes())) {
      return 0;
    }
    heldBack.removeFirst();
    first.wake();
    return 1;
  }

  /** Writes down what no record tells yet. */
  public void onStopping() {
    journal.writeAllStates();
  }
}
