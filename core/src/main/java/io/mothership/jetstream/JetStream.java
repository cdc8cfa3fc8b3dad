package io.mothership.jetstream;

import io.mothership.dispatch.BrokerReport;
import io.mothership.dispatch.Exchange;
import io.mothership.dispatch.LookUp;
import io.mothership.dispatch.StreamLayer;
import io.mothership.error.MothershipException;
import io.mothership.frame.FrameView;
import io.mothership.frame.HotPath;
import io.mothership.frame.MessageView;
import io.mothership.frame.Slice;
import io.mothership.jetstream.api.ApiReplies;
import io.mothership.jetstream.api.ApiRequest;
import io.mothership.jetstream.api.ConsumerAdvisories;
import io.mothership.jetstream.api.ConsumerApi;
import io.mothership.jetstream.api.StreamApi;
import io.mothership.jetstream.consumer.Consumers;
import io.mothership.jetstream.index.StateBudget;
import io.mothership.jetstream.model.ApiException;
import io.mothership.jetstream.model.JetStreamConfig;
import io.mothership.jetstream.model.StreamConfig;
import io.mothership.jetstream.model.StreamConfig.Storage;
import io.mothership.jetstream.stream.Stream;
import io.mothership.jetstream.stream.StreamHome;
import io.mothership.jetstream.stream.StreamReplay;
import io.mothership.jetstream.stream.TapSearch;
import io.mothership.journal.FrozenState;
import io.mothership.journal.StateDecoder;
import io.mothership.journal.StateEncoder;
import io.mothership.json.JsonException;
import io.mothership.json.JsonReader;
import io.mothership.routing.Subscriber;
import io.mothership.routing.Subscription;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
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
  private static final int ACCOUNT = StreamHome.GLOBAL_ACCOUNT;
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

  private final StreamHome home;
  private final ApiReplies replies = new ApiReplies();
  private final Consumers consumers;
  private final ConsumerApi consumerApi;
  private final StreamApi api;
  private final StreamReplay replay;
  private final TapSearch search;
  private final Slice rest = new Slice();
  private final IntHashSet lostSegments = new IntHashSet();
  private long columnBytesAfterCheckpoint;
  private volatile List<String> repaired = List.of();

  public JetStream(final JetStreamConfig config) {
    this.home = new StreamHome(config);
    final ConsumerAdvisories advisories = new ConsumerAdvisories(home);
    this.consumers = new Consumers(home, advisories);
    home.attach(consumers);
    this.consumerApi = new ConsumerApi(home, consumers, advisories, replies);
    this.api = new StreamApi(home, consumers, replies);
    this.replay = new StreamReplay(home);
    this.search = new TapSearch(home);
  }

  /** The streams, for tests. */
  StreamHome home() {
    return home;
  }

  /** The consumers, for tests. */
  Consumers consumers() {
    return consumers;
  }

  /**
   * Own streams that were gone or changed when this start found them, and are as they should be
   * again.
   *
   * <p><i>Thread:</i> any.
   */
  public List<String> repaired() {
    return repaired;
  }

  /** The wall time of this start; to be called before recovery. */
  public void startsAt(final long wallNs) {
    replay.startsAt(wallNs);
  }

  /** Gives back reserved sequences. */
  @Override
  public void onStopping() {
    consumers.onStopping();
    home.onStopping();
  }

  @Override
  public FrozenState freeze() {
    final List<Stream.Frozen> streams = home.freeze();
    return new Frozen(home.lastStreamId(), streams, consumers.freeze());
  }

  @Override
  public void onKept(final FrozenState frozen, final ByteBuffer kept) {
    home.onKept(((Frozen) frozen).streams(), kept);
  }

  @Override
  public void onThawed() {
    home.onThawed();
    columnBytesAfterCheckpoint = home.columns().columnBytes();
  }

  /** When memory is tight, and packing what changed since the last one would free much of it. */
  @Override
  public boolean isCheckpointWanted() {
    return home.state().isTight()
        && home.columns().columnBytes() - columnBytesAfterCheckpoint
            > home.state().bytesMax() / WORTH_A_CHECKPOINT_SHARE;
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
        home.clear();
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
      final StreamConfig config = StreamConfig.parse(JsonReader.parse(in.bytes()));
      home.restore(id, createdNs, config, in, hasLost);
    }
    home.onStreamId(lastId);
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

  @Override
  public void onRelocated(final int streamId, final long streamSequence, final long location) {
    home.onRelocated(streamId, streamSequence, location);
  }

  @Override
  public void onLost(final int streamId, final long streamSequence, final long location) {
    home.onLost(streamId, streamSequence, location);
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
  public void onRecoveryComplete(final Exchange exchange) {
    replies.exchange(exchange);
    home.onRecoveryComplete(exchange, lostSegments);
    subscribeApi(API_PREFIX);
    final String domain = home.config().domain();
    if (!domain.isEmpty()) {
      subscribeApi("$JS." + domain + ".API.");
    }
    subscribe("$JS.ACK.>", (subscription, message) -> consumers.onAck(ACCOUNT, message));
    subscribe("$JS.FC.>", (subscription, message) -> consumers.onFlowControl(ACCOUNT, message));
    consumers.onRecoveryComplete(exchange);
    home.onStarted();
    repaired = api.ensureOwn();
  }

  private void subscribeApi(final String prefix) {
    subscribe(prefix + ">", (subscription, message) -> onApi(message, prefix.length()));
  }

  private void subscribe(final String subject, final Subscriber subscriber) {
    home.exchange().subscribe(ACCOUNT, Subscription.internal(subscriber, subject));
  }

  private void onApi(final MessageView message, final int prefixLength) {
    final Slice subject = message.subject();
    rest.wrap(subject.buffer(), subject.offset() + prefixLength, subject.length() - prefixLength);
    if (rest.startsWith(MESSAGE_NEXT)) {
      consumers.onPullRequest(ACCOUNT, message, prefixLength + MESSAGE_NEXT.length);
      return;
    }
    final boolean isForConsumers = rest.startsWith(CONSUMER);
    final ApiRequest request =
        ApiRequest.of(ACCOUNT, home.exchange().scope(), rest.toString(), message);
    if (isForConsumers) {
      api.countRequest();
      consumerApi.onRequest(request);
    } else {
      api.onRequest(request);
    }
  }

  @Override
  @HotPath
  public void onAppended(final FrameView frame, final long location) {
    switch (frame.recordType()) {
      case MESSAGE -> home.onMessageAppended(frame, location);
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
      case MESSAGE, RESERVATION -> home.onSynced(frame);
      case DELETE -> {
        home.onSynced(frame);
        replies.onSynced(frame);
      }
      case ACK, CONSUMER_CONFIG, CONSUMER_DELETE, CONSUMER_STATE -> {
        consumers.onSynced(frame);
        replies.onSynced(frame);
      }
      default -> replies.onSynced(frame);
    }
  }

  @Override
  public void onLookUp(final LookUp lookUp) {
    search.lookUp(lookUp);
  }

  @Override
  public void onBacklog(final LookUp lookUp) {
    search.backlog(lookUp);
  }

  @Override
  public void onJournalFailed() {
    replies.onJournalFailed();
    home.onJournalFailed();
  }

  @Override
  public void onRead(final int requester, final long token, final FrameView frame) {
    if (requester >= Consumers.REQUESTERS) {
      consumers.onRead(requester, token, frame);
    } else {
      api.onRead(token, frame);
    }
  }

  @Override
  public void onReadLost(final int requester, final long token, final long location) {
    if (requester >= Consumers.REQUESTERS) {
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
    report.totals(home.bytesUsed(Storage.FILE), home.bytesUsed(Storage.MEMORY), api.requests());
    final StateBudget state = home.state();
    report.state(state.bytes(), state.bytesMax(), state.refusals());
    for (final Stream stream : home.streams()) {
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
                stream.lost().count()));
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
