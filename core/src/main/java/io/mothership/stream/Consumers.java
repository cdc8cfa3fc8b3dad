package io.mothership.stream;

import io.mothership.bus.HotPath;
import io.mothership.bus.MessageView;
import io.mothership.bus.Slice;
import io.mothership.dispatch.BrokerReport;
import io.mothership.dispatch.Exchange;
import io.mothership.journal.FrameView;
import io.mothership.journal.Journal;
import io.mothership.journal.codec.RecordType;
import io.mothership.json.JsonException;
import io.mothership.json.JsonReader;
import io.mothership.json.JsonText;
import io.mothership.routing.Subjects;
import io.mothership.routing.Subscription;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.agrona.collections.Int2ObjectHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All consumers: finds the one that a message, a record or an answer is for, and gives each its
 * turn.
 *
 * <p><i>Thread:</i> ms-dispatch, except recovery. <i>Allocates:</i> nothing per message.
 */
final class Consumers implements ConsumerLayer {
  private static final Logger LOG = LoggerFactory.getLogger(Consumers.class);
  private static final String LETTERS =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  private static final int ACK_PATH_OFFSET = "$JS.ACK.".length();
  private static final int FLOW_PATH_OFFSET = "$JS.FC.".length();
  private static final int TURN_LIMIT = 64;
  private static final int TURNS_LIMIT = 64;
  private static final int STATES_LIMIT = 16;
  private static final long STATE_INTERVAL_NS = 250_000_000L;
  private static final byte[] PUSH_BASED = DeliverEncoder.ascii("409 Consumer is push based");

  private final JetStream owner;
  private final ConsumerApi api;
  private final DeliverEncoder encoder = new DeliverEncoder();
  private final ConsumerRecords records = new ConsumerRecords();
  private final ConsumerAdvisories advisories = new ConsumerAdvisories(this);
  private final Int2ObjectHashMap<ConsumerRegistry> byStream = new Int2ObjectHashMap<>();
  private final Int2ObjectHashMap<Consumer> byId = new Int2ObjectHashMap<>();
  private final ConsumerDirectory directory = new ConsumerDirectory();
  private final Map<String, List<Consumer>> byDeliverSubject = new HashMap<>();
  private final Map<Consumer, ConsumerRecovery> recoveries = new HashMap<>();
  private final ArrayDeque<Consumer> awake = new ArrayDeque<>();
  private final ArrayDeque<Consumer> dirty = new ArrayDeque<>();

  /** Those that wait for memory, in the order in which they began to. */
  private final LinkedHashSet<Consumer> heldBack = new LinkedHashSet<>();

  private final MessageView answer = new MessageView();
  private final Slice pullBody = new Slice();
  private final SecureRandom random = new SecureRandom();
  private Exchange exchange;
  private long interestVersion;
  private long nextStatesNs;
  private int lastId;

  Consumers(final JetStream owner) {
    this.owner = owner;
    this.api = new ConsumerApi(this, owner);
  }

  StateBudget state() {
    return owner.state();
  }

  /** All consumers there are. */
  int count() {
    return byId.size();
  }

  /** Null while recovering. */
  Exchange exchange() {
    return exchange;
  }

  boolean isLive() {
    return exchange != null;
  }

  DeliverEncoder encoder() {
    return encoder;
  }

  ConsumerRecords records() {
    return records;
  }

  ConsumerAdvisories advisories() {
    return advisories;
  }

  String domain() {
    return owner.config().domain();
  }

  /** Grows whenever somebody stops to listen to something. */
  long interestVersion() {
    return interestVersion;
  }

  char randomLetter() {
    return LETTERS.charAt(random.nextInt(LETTERS.length()));
  }

  String randomId(final int length) {
    final StringBuilder id = new StringBuilder(length);
    for (int i = 0; i < length; i++) {
      id.append(randomLetter());
    }
    return id.toString();
  }

  ConsumerRegistry registry(final Stream stream) {
    ConsumerRegistry registry = byStream.get(stream.id());
    if (registry == null) {
      registry = new ConsumerRegistry(stream);
      byStream.put(stream.id(), registry);
    }
    return registry;
  }

  int nextId() {
    return lastId + 1;
  }

  /** Puts a consumer in its place. */
  void add(final Consumer consumer) {
    lastId = Math.max(lastId, consumer.id());
    byId.put(consumer.id(), consumer);
    registry(consumer.stream()).add(consumer);
    directory.add(consumer);
    bind(consumer);
    consumer.countState();
  }

  /** Takes a consumer out; what it alone kept in its stream goes. */
  void remove(final Consumer consumer) {
    byId.remove(consumer.id());
    registry(consumer.stream()).remove(consumer);
    directory.remove(consumer);
    unbind(consumer);
    recoveries.remove(consumer);
    heldBack.remove(consumer);
    consumer.close();
    if (isLive()
        && consumer.stream().config().retention() == StreamConfig.Retention.INTEREST
        && !consumer.stream().isDeleted()) {
      registry(consumer.stream()).sweep(Long.MAX_VALUE);
    }
  }

  /** The deliver subject is about to change, or has changed. */
  void unbind(final Consumer consumer) {
    final String subject = consumer.config().deliverSubject();
    final List<Consumer> bound = byDeliverSubject.get(subject);
    if (bound != null && bound.remove(consumer) && bound.isEmpty()) {
      byDeliverSubject.remove(subject);
    }
  }

  void bind(final Consumer consumer) {
    if (consumer.config().isPush()) {
      byDeliverSubject
          .computeIfAbsent(consumer.config().deliverSubject(), key -> new ArrayList<>())
          .add(consumer);
    }
  }

  /** A consumer that nobody uses any more. */
  void reap(final Consumer consumer) {
    if (consumer.isKept() && appendDelete(consumer, false) < 0) {
      consumer.armBy(exchange.monotonicNs() + STATE_INTERVAL_NS);
      return;
    }
    remove(consumer);
    advisories.onDeleted(consumer);
  }

  long appendDelete(final Consumer consumer, final boolean isSynced) {
    return exchange.tryAppend(
        RecordType.CONSUMER_DELETE,
        consumer.stream().accountId(),
        consumer.stream().id(),
        0,
        isSynced,
        0,
        records.delete(consumer.id()));
  }

  /** The record of a consumer's configuration; valid until the next record is made. */
  MessageView configRecord(
      final Consumer consumer,
      final ConsumerConfig config,
      final long firstSequence,
      final long listEnd) {
    final JsonText json = new JsonText().object();
    ConsumerJson.write(json, config, config.metadata());
    return records.config(
        consumer.id(),
        consumer.name(),
        consumer.createdNs(),
        firstSequence,
        listEnd,
        json.end().bytes());
  }

  // Recovery

  @Override
  public void onRecovered(final FrameView frame, final long location) {
    final Stream stream = owner.streamById(frame.streamId());
    final int id = ConsumerRecords.consumerId(frame);
    lastId = Math.max(lastId, id);
    if (stream == null) {
      return;
    }
    final Consumer consumer = byId.get(id);
    switch (frame.recordType()) {
      case CONSUMER_CONFIG -> onConfigRecovered(stream, consumer, frame);
      case CONSUMER_DELETE -> {
        if (consumer != null) {
          remove(consumer);
        }
      }
      case CONSUMER_STATE -> {
        if (consumer != null) {
          recoveries.get(consumer).onState(frame);
        }
      }
      default -> {
        if (consumer != null) {
          recoveries.get(consumer).onAck(frame);
        }
        if (stream.config().retention() == StreamConfig.Retention.WORKQUEUE) {
          stream.remove(frame.streamSequence());
        }
      }
    }
  }

  @Override
  public List<ByteBuffer> freeze() {
    final ConsumerFrames frames = new ConsumerFrames(lastId);
    for (final Consumer consumer : byId.values()) {
      if (consumer.isKept()) {
        final Stream stream = consumer.stream();
        frames.add(
            RecordType.CONSUMER_CONFIG,
            stream,
            configRecord(
                consumer, consumer.config(), consumer.cursor().next(), consumer.cursor().resume()));
        frames.add(RecordType.CONSUMER_STATE, stream, consumer.stateRecord());
      }
    }
    final List<ByteBuffer> parts = frames.parts();
    parts.forEach(owner.freezing()::freeLater);
    return parts;
  }

  @Override
  public void restore(final ByteBuffer frozen) {
    lastId = ConsumerFrames.forEach(frozen, frame -> onRecovered(frame, Journal.NOWHERE));
  }

  private void onConfigRecovered(final Stream stream, final Consumer known, final FrameView frame) {
    try {
      final ConsumerConfig config =
          ConsumerJson.parseConfig(JsonReader.parse(ConsumerRecords.configJson(frame))).toConfig();
      if (known != null) {
        unbind(known);
        known.update(config);
        bind(known);
        return;
      }
      final String name = new MessageView().wrap(frame).subject().toString();
      final Consumer consumer =
          new Consumer(
              this,
              stream,
              ConsumerRecords.consumerId(frame),
              name,
              ConsumerRecords.i64(frame, 8),
              config);
      add(consumer);
      recoveries.put(consumer, new ConsumerRecovery(consumer, frame));
    } catch (final JsonException e) {
      LOG.error(
          "consumer configuration not understood: stream={}, journalSequence={}, reason={}",
          stream.name(),
          frame.journalSequence(),
          e.getMessage());
    }
  }

  @Override
  public void onRecoveryComplete(final Exchange newExchange) {
    exchange = newExchange;
    final long nowNs = newExchange.monotonicNs();
    recoveries.values().forEach(recovery -> recovery.finish(nowNs));
    recoveries.clear();
    for (final ConsumerRegistry registry : byStream.values()) {
      registry.skipCommitted();
      if (registry.stream().config().retention() == StreamConfig.Retention.INTEREST) {
        registry.sweep(Long.MAX_VALUE);
      }
      registry.consumers().forEach(Consumer::open);
    }
  }

  // Requests

  @Override
  public void onApiRequest(final ApiRequest request) {
    api.onRequest(request);
  }

  @Override
  public void onPullRequest(final int accountId, final MessageView message, final int nameOffset) {
    final Consumer consumer = directory.find(message.subject(), nameOffset);
    if (consumer == null) {
      refuse(accountId, message);
    } else if (consumer.target() instanceof PullTarget pull) {
      pull.onRequest(message.reply(), pullBody.wrap(message.payload()));
    } else if (!message.reply().isEmpty()) {
      exchange.route(accountId, encoder.status(message.reply(), PUSH_BASED));
    }
  }

  @HotPath
  @Override
  public void onAck(final int accountId, final MessageView message) {
    final Consumer consumer = directory.find(message.subject(), ACK_PATH_OFFSET);
    if (consumer == null) {
      refuse(accountId, message);
    } else {
      consumer.acks().onAck(message.subject(), message.reply(), message.payload());
    }
  }

  @Override
  public void onFlowControl(final int accountId, final MessageView message) {
    final Consumer consumer = directory.find(message.subject(), FLOW_PATH_OFFSET);
    if (consumer != null && consumer.target() instanceof PushTarget push) {
      push.onFlowControl(message.subject());
    }
  }

  /** Nobody is there: what a client hears when no subscription matches. */
  private void refuse(final int accountId, final MessageView message) {
    if (!message.reply().isEmpty()) {
      exchange.route(accountId, encoder.noResponders(message.reply(), message.subject()));
    }
  }

  // Records

  @HotPath
  @Override
  public void onAppended(final FrameView frame, final long location) {
    if (frame.recordType() != RecordType.ACK) {
      return;
    }
    final Stream stream = owner.streamById(frame.streamId());
    if (stream == null) {
      return;
    }
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

  @HotPath
  @Override
  public void onSynced(final FrameView frame) {
    if (frame.recordType() == RecordType.ACK && frame.replyLength() > 0) {
      answer.clear();
      answer.subject().wrap(frame.buffer(), frame.replyOffset(), frame.replyLength());
      exchange.route(frame.accountId(), answer);
    }
  }

  @Override
  public void onRead(final int requester, final long token, final FrameView frame) {
    final Consumer consumer = byId.get(requester - JetStream.CONSUMER_REQUESTERS);
    if (consumer != null) {
      consumer.onRead(token, frame);
    }
  }

  @Override
  public void onReadLost(final int requester, final long token, final long location) {
    final Consumer consumer = byId.get(requester - JetStream.CONSUMER_REQUESTERS);
    if (consumer != null) {
      consumer.onReadLost(token, location);
    }
  }

  // What streams and sessions tell

  @Override
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
  public void onStreamDeleted(final Stream stream) {
    final ConsumerRegistry registry = byStream.get(stream.id());
    if (registry != null) {
      List.copyOf(registry.consumers()).forEach(this::remove);
      byStream.remove(stream.id());
    }
  }

  @Override
  public int consumerCount(final Stream stream) {
    final ConsumerRegistry registry = byStream.get(stream.id());
    return registry == null ? 0 : registry.limitedCount();
  }

  @Override
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

  /** For {@link Consumer#markDirty}. */
  void enqueueDirty(final Consumer consumer) {
    dirty.add(consumer);
  }

  @HotPath
  @Override
  public int doWork() {
    int work = heldBack.isEmpty() ? 0 : wakeHeldBack();
    for (int i = Math.min(awake.size(), TURNS_LIMIT); i > 0; i--) {
      final Consumer consumer = awake.poll();
      consumer.asleep();
      final int steps = consumer.deliver(TURN_LIMIT);
      consumer.countState();
      work += steps;
      if (steps >= TURN_LIMIT) {
        consumer.wake();
      }
    }
    if (!dirty.isEmpty() && exchange.monotonicNs() >= nextStatesNs) {
      nextStatesNs = exchange.monotonicNs() + STATE_INTERVAL_NS;
      work += writeStates(STATES_LIMIT);
    }
    return work;
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
  @Override
  public void onStopping() {
    writeStates(Integer.MAX_VALUE);
  }

  private int writeStates(final int limit) {
    int written = 0;
    for (int i = Math.min(dirty.size(), limit); i > 0; i--) {
      final Consumer consumer = dirty.poll();
      if (!consumer.takeDirty() || !consumer.fitsRecord()) {
        continue;
      }
      final long result =
          exchange.tryAppend(
              RecordType.CONSUMER_STATE,
              consumer.stream().accountId(),
              consumer.stream().id(),
              0,
              false,
              0,
              consumer.stateRecord());
      if (result < 0) {
        consumer.markDirty();
        return written;
      }
      written++;
    }
    return written;
  }
}
