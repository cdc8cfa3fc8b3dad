package io.mothership.stream;

import io.mothership.bus.HotPath;
import io.mothership.bus.MessageView;
import io.mothership.bus.Slice;
import io.mothership.dispatch.BrokerReport;
import io.mothership.dispatch.Exchange;
import io.mothership.dispatch.StreamLayer;
import io.mothership.error.MothershipException;
import io.mothership.journal.FrameView;
import io.mothership.journal.FrozenState;
import io.mothership.journal.StateDecoder;
import io.mothership.journal.StateEncoder;
import io.mothership.journal.SyncPolicy;
import io.mothership.journal.codec.RecordType;
import io.mothership.json.JsonException;
import io.mothership.json.JsonReader;
import io.mothership.routing.Subscriber;
import io.mothership.routing.Subscription;
import io.mothership.stream.StreamConfig.Storage;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.agrona.collections.Int2ObjectHashMap;
import org.agrona.collections.IntHashSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All streams of the account {@code $G}, and the way from the dispatcher to them, to the API and to
 * the consumers.
 *
 * <p>Streams with memory storage share the journal, are acknowledged when appended, and are
 * forgotten at the next start.
 *
 * <p><i>Thread:</i> ms-dispatch, except recovery. <i>Allocates:</i> nothing per message.
 */
public final class JetStream implements StreamLayer {
  /** The account {@code $G}. */
  static final int GLOBAL_ACCOUNT = 0;

  /** Requester of the API's own reads. */
  static final int API_REQUESTER = 1;

  /** Requesters from here on are the consumers'. */
  static final int CONSUMER_REQUESTERS = 1 << 10;

  private static final Logger LOG = LoggerFactory.getLogger(JetStream.class);
  private static final String API_PREFIX = "$JS.API.";

  /** Of the budget for state. */
  private static final int WORTH_A_CHECKPOINT_SHARE = 8;

  /** Of what a checkpoint holds. */
  private static final int STATE_VERSION = 5;

  /** Before 4, lost messages were not part of it; before 5, chunks were packed differently. */
  private static final int STATE_VERSION_OLDEST = 3;

  private static final int STATE_VERSION_LOST = 4;

  private static final byte[] CONSUMER = ascii("CONSUMER.");
  private static final byte[] MESSAGE_NEXT = ascii("CONSUMER.MSG.NEXT.");

  private final JetStreamConfig config;
  private final ApiReplies replies = new ApiReplies();
  private final AgeClock ageClock = new AgeClock();
  private final TreeMap<String, Stream> byName = new TreeMap<>();
  private final Int2ObjectHashMap<Stream> byId = new Int2ObjectHashMap<>();
  private final ConsumerLayer consumers;
  private final StreamApi api;
  private final StreamReplay replay;
  private final Slice rest = new Slice();
  private final long[] bytesUsed = new long[Storage.values().length];
  private Optional<BroadcastTargets> broadcastTargets = Optional.empty();
  private Exchange exchange;
  private final StateBudget state;
  private final Freezing freezing;
  private final ColumnPool columns;
  private long columnBytesAfterCheckpoint;
  private final IntHashSet lostSegments = new IntHashSet();
  private int lastStreamId;
  private long lastPublished;

  public JetStream(final JetStreamConfig config) {
    this(config, Consumers::new);
  }

  JetStream(final JetStreamConfig config, final Function<JetStream, ConsumerLayer> consumerLayer) {
    this.config = config;
    this.state = new StateBudget(config.limits().stateBytesMax());
    this.freezing = new Freezing(state);
    this.columns = new ColumnPool(state);
    this.consumers = consumerLayer.apply(this);
    this.api = new StreamApi(this);
    this.replay = new StreamReplay(this);
  }

  JetStreamConfig config() {
    return config;
  }

  /**
   * Says whom a broadcast command reaches; without it broadcasts stay in the work queue as they
   * are. To be called before {@link #onRecoveryComplete}.
   */
  public void broadcastTargets(final BroadcastTargets targets) {
    broadcastTargets = Optional.of(targets);
  }

  /** The wall time of this start; to be called before recovery. */
  public void startsAt(final long wallNs) {
    replay.startsAt(wallNs);
  }

  Optional<BroadcastTargets> broadcastTargets() {
    return broadcastTargets;
  }

  /** Null while recovering. */
  Exchange exchange() {
    return exchange;
  }

  ApiReplies replies() {
    return replies;
  }

  ConsumerLayer consumers() {
    return consumers;
  }

  StreamApi api() {
    return api;
  }

  /** Records on their way back at a start. */
  StreamReplay replay() {
    return replay;
  }

  /** What all streams and consumers may take of the heap. */
  StateBudget state() {
    return state;
  }

  /** False while recovering. */
  boolean isLive() {
    return exchange != null;
  }

  /** Wall time by which records age: it does not follow a step of the clock. */
  long ageNowNs() {
    return ageClock.nowNs(exchange);
  }

  Optional<Stream> stream(final String name) {
    return Optional.ofNullable(byName.get(name));
  }

  /** The stream that a record names, or null: it is gone. */
  Stream streamById(final int id) {
    return byId.get(id);
  }

  /** In the order of their names. */
  Collection<Stream> streams() {
    return Collections.unmodifiableCollection(byName.values());
  }

  SyncPolicy syncPolicy(final StreamConfig stream) {
    if (stream.isMemory()) {
      return SyncPolicy.INTERVAL;
    }
    return switch (stream.metadata().getOrDefault(StreamConfig.SYNC_KEY, "")) {
      case "interval" -> SyncPolicy.INTERVAL;
      case "always" -> SyncPolicy.ALWAYS;
      default -> config.sync().getOrDefault(stream.name(), config.syncDefault());
    };
  }

  /** Stored bytes of all streams with this storage. */
  long bytesUsed(final Storage storage) {
    return bytesUsed[storage.ordinal()];
  }

  void addBytes(final Storage storage, final long bytes) {
    bytesUsed[storage.ordinal()] += bytes;
  }

  boolean wouldExceedLimits(final Storage storage, final long bytes) {
    final long max = storage == Storage.MEMORY ? config.memoryBytesMax() : config.storeBytesMax();
    return max >= 0 && bytesUsed[storage.ordinal()] + bytes > max;
  }

  int nextStreamId() {
    return lastStreamId + 1;
  }

  /** An id that was given to a stream once. */
  void onStreamId(final int id) {
    lastStreamId = Math.max(lastStreamId, id);
  }

  /** Puts a stream in its place; live, it takes messages from now on. */
  Stream add(final int id, final long createdNs, final StreamConfig streamConfig) {
    final Stream stream = new Stream(this, id, GLOBAL_ACCOUNT, createdNs, streamConfig);
    onStreamId(id);
    byName.put(stream.name(), stream);
    byId.put(id, stream);
    if (isLive()) {
      exchange.nameStream(id, stream.name());
      api.subscribe(stream);
    }
    return stream;
  }

  void remove(final Stream stream) {
    if (isLive()) {
      api.unsubscribe(stream);
    }
    byName.remove(stream.name());
    byId.remove(stream.id());
    stream.delete();
    consumers.onStreamDeleted(stream);
  }

  /** Gives back reserved sequences. */
  @Override
  public void onStopping() {
    consumers.onStopping();
    byName.values().forEach(stream -> stream.intake().reservation().release());
  }

  @Override
  public FrozenState freeze() {
    freezing.begin();
    final List<Stream.Frozen> frozen = new ArrayList<>();
    byName.values().forEach(stream -> frozen.add(stream.freeze()));
    return new Frozen(lastStreamId, frozen, consumers.freeze());
  }

  @Override
  public void onKept(final FrozenState frozen, final ByteBuffer kept) {
    for (final Stream.Frozen each : ((Frozen) frozen).streams()) {
      final Stream stream = byId.get(each.id());
      if (stream != null && !each.isMemory()) {
        stream.index().repack(each.index(), kept);
        stream.countState();
      }
    }
  }

  @Override
  public void onThawed() {
    freezing.end();
    byName.values().forEach(stream -> stream.index().onThawed());
    columnBytesAfterCheckpoint = columns.columnBytes();
  }

  /** When memory is tight, and packing what changed since the last one would free much of it. */
  @Override
  public boolean isCheckpointWanted() {
    return state.isTight()
        && columns.columnBytes() - columnBytesAfterCheckpoint
            > state.bytesMax() / WORTH_A_CHECKPOINT_SHARE;
  }

  /** Where the streams' indexes have their columns from. */
  ColumnPool columns() {
    return columns;
  }

  /** Whether a frozen state is in use. */
  Freezing freezing() {
    return freezing;
  }

  @Override
  public boolean onCheckpoint(final long journalSequence, final StateDecoder state) {
    boolean isTaken = false;
    try {
      final int version = state.i32();
      if (version > STATE_VERSION) {
        throw newer(version);
      }
      isTaken =
          version >= STATE_VERSION_OLDEST
              && version <= STATE_VERSION
              && restore(state, version >= STATE_VERSION_LOST);
      replay.startAfter(isTaken ? journalSequence : 0);
      return isTaken;
    } catch (final BufferUnderflowException
        | IndexOutOfBoundsException
        | JsonException
        | ApiException e) {
      LOG.error("checkpoint not understood: journalSequence={}, cause={}", journalSequence, e);
      return false;
    } finally {
      if (!isTaken) {
        List.copyOf(byName.values()).forEach(this::remove);
        Arrays.fill(bytesUsed, 0);
      }
    }
  }

  private static MothershipException newer(final int version) {
    return new MothershipException(
        MothershipException.Category.ENVIRONMENT,
        "JOURNAL_NEWER",
        "a checkpoint's state was written by a newer version of Open Mothership: version="
            + version
            + ", known="
            + STATE_VERSION
            + "; nothing was changed. Install that version again, or restore a backup made before"
            + " it was installed");
  }

  private boolean restore(final StateDecoder in, final boolean hasLost) {
    final int lastId = in.i32();
    for (int left = in.count(Long.BYTES); left > 0; left--) {
      final int id = in.i32();
      final long createdNs = in.i64();
      add(id, createdNs, StreamConfig.parse(JsonReader.parse(in.bytes()))).restore(in, hasLost);
    }
    lastStreamId = lastId;
    consumers.restore(in.slice());
    return in.isAtEnd();
  }

  /** All that the appliance knows of its streams, at one moment. */
  private record Frozen(int lastStreamId, List<Stream.Frozen> streams, List<ByteBuffer> consumers)
      implements FrozenState {
    @Override
    public void encode(final StateEncoder out) {
      final List<Stream.Frozen> kept =
          streams.stream().filter(stream -> !stream.isMemory()).toList();
      out.i32(STATE_VERSION).i32(lastStreamId).i32(kept.size());
      kept.forEach(stream -> stream.encode(out));
      out.i32(consumers.stream().mapToInt(ByteBuffer::capacity).sum());
      consumers.forEach(out::content);
    }

    @Override
    public void forEachMessage(final MessageConsumer consumer) {
      streams.forEach(stream -> stream.index().forEachMessage(stream.id(), consumer));
    }
  }

  /** A message was moved to another place in the journal; if it is gone that is of no effect. */
  @Override
  public void onRelocated(final int streamId, final long streamSequence, final long location) {
    final Stream stream = byId.get(streamId);
    if (stream != null) {
      stream.index().place(streamSequence, location);
    }
  }

  @Override
  public void onLost(final int streamId, final long streamSequence, final long location) {
    final Stream stream = byId.get(streamId);
    if (stream != null) {
      stream.losses().onUnreadable(streamSequence, location);
    }
  }

  @Override
  public void onSegmentLost(final int segment) {
    lostSegments.add(segment);
  }

  @Override
  public void onRecovered(final FrameView frame, final long location) {
    replay.onRecovered(frame, location);
  }

  @Override
  public void onRecoveryComplete(final Exchange newExchange) {
    exchange = newExchange;
    replies.exchange(newExchange);
    ageClock.start(newExchange);
    final long shiftNs = newExchange.monotonicNs() - StreamIntake.recordNowNs(newExchange);
    for (final Stream stream : byName.values()) {
      if (!lostSegments.isEmpty()) {
        stream.losses().onSegmentsLost(lostSegments);
      }
      stream.intake().onRecoveryComplete(shiftNs);
      stream.commitAll();
      stream.expiry().expireUnrecorded(ageNowNs());
      stream.expiry().reschedule();
      newExchange.nameStream(stream.id(), stream.name());
      api.subscribe(stream);
    }
    subscribeApi(API_PREFIX);
    if (!config.domain().isEmpty()) {
      subscribeApi("$JS." + config.domain() + ".API.");
    }
    subscribe("$JS.ACK.>", (subscription, message) -> consumers.onAck(GLOBAL_ACCOUNT, message));
    subscribe(
        "$JS.FC.>", (subscription, message) -> consumers.onFlowControl(GLOBAL_ACCOUNT, message));
    consumers.onRecoveryComplete(newExchange);
    byName.values().forEach(stream -> stream.intake().onStarted());
    if (config.isConstellation()) {
      for (final StreamConfig wanted : ConstellationStreams.all()) {
        if (!byName.containsKey(wanted.name())) {
          api.create(wanted);
        }
      }
    }
  }

  private void subscribeApi(final String prefix) {
    subscribe(prefix + ">", (subscription, message) -> onApi(message, prefix.length()));
  }

  private void subscribe(final String subject, final Subscriber subscriber) {
    exchange.subscribe(GLOBAL_ACCOUNT, Subscription.internal(subscriber, subject));
  }

  private void onApi(final MessageView message, final int prefixLength) {
    final Slice subject = message.subject();
    rest.wrap(subject.buffer(), subject.offset() + prefixLength, subject.length() - prefixLength);
    if (rest.startsWith(MESSAGE_NEXT)) {
      consumers.onPullRequest(GLOBAL_ACCOUNT, message, prefixLength + MESSAGE_NEXT.length);
      return;
    }
    final boolean isForConsumers = rest.startsWith(CONSUMER);
    final ApiRequest request = ApiRequest.of(GLOBAL_ACCOUNT, rest.toString(), message);
    if (isForConsumers) {
      api.countRequest();
      consumers.onApiRequest(request);
    } else {
      api.onRequest(request);
    }
  }

  @Override
  @HotPath
  public void onAppended(final FrameView frame, final long location) {
    switch (frame.recordType()) {
      case MESSAGE -> {
        final Stream stream = byId.get(frame.streamId());
        if (stream != null) {
          stream.intake().onAppended(frame, location);
        }
      }
      case ACK, CONSUMER_CONFIG, CONSUMER_DELETE, CONSUMER_STATE ->
          consumers.onAppended(frame, location);
      default -> {
        // Changes of streams are answered when synced.
      }
    }
  }

  @Override
  @HotPath
  public void onSynced(final FrameView frame) {
    switch (frame.recordType()) {
      case MESSAGE -> {
        final Stream stream = byId.get(frame.streamId());
        if (stream != null) {
          stream.intake().onSynced(frame);
        }
      }
      case RESERVATION -> {
        final Stream stream = byId.get(frame.streamId());
        if (stream != null) {
          stream.intake().reservation().onSynced(frame.streamSequence());
        }
      }
      case DELETE -> {
        final Stream stream = byId.get(frame.streamId());
        if (stream != null) {
          stream.intake().onRemovalSynced(frame);
        }
        replies.onSynced(frame);
      }
      case ACK, CONSUMER_CONFIG, CONSUMER_DELETE, CONSUMER_STATE -> {
        consumers.onSynced(frame);
        replies.onSynced(frame);
      }
      default -> replies.onSynced(frame);
    }
  }

  /** Remembers the last message given to the journal. */
  void onPublished(final long journalSequence) {
    lastPublished = journalSequence;
  }

  @Override
  public void onJournalFailed() {
    replies.onJournalFailed();
    final FrameView lost = new FrameView();
    for (long at = lastPublished; at > 0 && exchange.readTail(at, lost); at--) {
      final Stream stream = byId.get(lost.streamId());
      final RecordType type = lost.recordType();
      if (stream != null && (type == RecordType.MESSAGE || type == RecordType.DELETE)) {
        stream.intake().onLost(lost);
      }
    }
    byName.values().forEach(stream -> stream.intake().onJournalFailed());
    consumers.onJournalFailed();
  }

  @Override
  public void onRead(final int requester, final long token, final FrameView frame) {
    if (requester >= CONSUMER_REQUESTERS) {
      consumers.onRead(requester, token, frame);
    } else {
      api.onRead(token, frame);
    }
  }

  @Override
  public void onReadLost(final int requester, final long token, final long location) {
    if (requester >= CONSUMER_REQUESTERS) {
      consumers.onReadLost(requester, token, location);
    } else {
      api.onReadLost(token, location);
    }
  }

  @Override
  public void onInterestChanged(
      final int accountId, final Subscription subscription, final boolean isAdded) {
    consumers.onInterestChanged(accountId, subscription, isAdded);
  }

  @Override
  public void onReport(final BrokerReport report) {
    report.totals(bytesUsed(Storage.FILE), bytesUsed(Storage.MEMORY), api.requests());
    report.state(state.bytes(), state.bytesMax(), state.refusals());
    for (final Stream stream : byName.values()) {
      if (report.countStream()) {
        report.add(
            new BrokerReport.StreamState(
                stream.name(),
                stream.messageCount(),
                stream.index().bytes(),
                stream.firstSequence(),
                stream.committedSequence(),
                consumers.consumerCount(stream),
                stream.index().subjects().count(),
                stream.stateBytes(),
                stream.config().bytesMax(),
                stream.losses().lost().count()));
      }
      consumers.onReport(stream, report);
    }
  }

  @Override
  public int doWork() {
    return api.doWork() + consumers.doWork();
  }

  private static byte[] ascii(final String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
