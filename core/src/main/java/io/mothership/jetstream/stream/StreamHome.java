package io.mothership.jetstream.stream;

import io.mothership.dispatch.Exchange;
import io.mothership.frame.FrameView;
import io.mothership.frame.HotPath;
import io.mothership.frame.codec.RecordType;
import io.mothership.jetstream.index.ColumnPool;
import io.mothership.jetstream.index.Freezing;
import io.mothership.jetstream.index.StateBudget;
import io.mothership.jetstream.model.AgeClock;
import io.mothership.jetstream.model.JetStreamConfig;
import io.mothership.jetstream.model.PublishHook;
import io.mothership.jetstream.model.StreamConfig;
import io.mothership.jetstream.model.StreamConfig.Storage;
import io.mothership.jetstream.model.StreamDefinition;
import io.mothership.journal.StateDecoder;
import io.mothership.journal.SyncPolicy;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.agrona.collections.Int2ObjectHashMap;
import org.agrona.collections.IntHashSet;

/**
 * Where the streams of the account {@code $G} live: all that streams and consumers ask of their
 * owner (clock, budget, journal and timers through {@link Exchange}, names and ids), and the way of
 * a record to the stream that it is of.
 *
 * <p>A class and not an interface: who is asked for each message is known when the code is
 * compiled.
 *
 * <p><i>Thread:</i> ms-dispatch, except recovery. <i>Allocates:</i> nothing per message.
 */
public final class StreamHome {
  /** The account {@code $G}. */
  public static final int GLOBAL_ACCOUNT = 0;

  private final JetStreamConfig config;
  private final AgeClock ageClock = new AgeClock();
  private final TreeMap<String, Stream> byName = new TreeMap<>();
  private final Int2ObjectHashMap<Stream> byId = new Int2ObjectHashMap<>();
  private final JournalGaps gaps = new JournalGaps();
  private final StateBudget state;
  private final Freezing freezing;
  private final ColumnPool columns;
  private final long[] bytesUsed = new long[Storage.values().length];
  private ConsumerLayer consumers;
  private Exchange exchange;
  private int lastStreamId;
  private int generation;
  private long lastPublished;

  public StreamHome(final JetStreamConfig config) {
    this.config = config;
    this.state = new StateBudget(config.limits().stateBytesMax());
    this.freezing = new Freezing(state);
    this.columns = new ColumnPool(state);
  }

  /** Who is told what happens to streams; to be set once, before anything else. */
  public void attach(final ConsumerLayer layer) {
    consumers = layer;
  }

  ConsumerLayer consumers() {
    return consumers;
  }

  public JetStreamConfig config() {
    return config;
  }

  /** Clock, journal, timers and subscriptions; null while recovering. */
  public Exchange exchange() {
    return exchange;
  }

  /** False while recovering. */
  public boolean isLive() {
    return exchange != null;
  }

  /** Wall time by which records age: it does not follow a step of the clock. */
  long ageNowNs() {
    return ageClock.nowNs(exchange);
  }

  /** What all streams and consumers may take of the heap. */
  public StateBudget state() {
    return state;
  }

  /** Where the streams' indexes have their columns from. */
  public ColumnPool columns() {
    return columns;
  }

  /** Whether a frozen state is in use. */
  public Freezing freezing() {
    return freezing;
  }

  /** Records that the journal should have had. */
  JournalGaps gaps() {
    return gaps;
  }

  // Names and ids

  public Optional<Stream> stream(final String name) {
    return Optional.ofNullable(byName.get(name));
  }

  /** The stream that a record names; of one that is gone there is none. */
  public Stream streamById(final int id) {
    return byId.get(id);
  }

  /** In the order of their names. */
  public Collection<Stream> streams() {
    return Collections.unmodifiableCollection(byName.values());
  }

  /** Another whenever a stream comes, goes or is configured anew. */
  int generation() {
    return generation;
  }

  /** Who chose streams chooses again. */
  void onStreamsChanged() {
    generation++;
  }

  /** For a stream that is new. */
  public int nextStreamId() {
    return lastStreamId + 1;
  }

  /** The highest id that was given to a stream. */
  public int lastStreamId() {
    return lastStreamId;
  }

  /** Ids up to this were given to streams. */
  public void onStreamId(final int id) {
    lastStreamId = Math.max(lastStreamId, id);
  }

  /** Puts a stream in its place; live, it takes messages from now on. */
  public Stream add(final int id, final long createdNs, final StreamConfig streamConfig) {
    final Stream stream = new Stream(this, id, GLOBAL_ACCOUNT, createdNs, streamConfig);
    onStreamId(id);
    onStreamsChanged();
    byName.put(stream.name(), stream);
    byId.put(id, stream);
    if (isLive()) {
      open(stream);
    }
    return stream;
  }

  private void open(final Stream stream) {
    exchange.nameStream(stream.id(), stream.name());
    stream.intake().subscribe();
  }

  /** Takes a stream out, with its consumers. */
  public void remove(final Stream stream) {
    if (isLive()) {
      stream.intake().unsubscribe();
    }
    onStreamsChanged();
    byName.remove(stream.name());
    byId.remove(stream.id());
    stream.delete();
    consumers.onStreamDeleted(stream);
  }

  /** Forgets what a checkpoint that is of no use has left. */
  public void clear() {
    List.copyOf(byName.values()).forEach(this::remove);
    Arrays.fill(bytesUsed, 0);
  }

  // Policies and limits

  SyncPolicy syncPolicy(final StreamConfig stream) {
    if (stream.isMemory()) {
      return SyncPolicy.INTERVAL;
    }
    return switch (stream.metadata().getOrDefault(StreamConfig.SYNC_KEY, "")) {
      case "interval" -> SyncPolicy.INTERVAL;
      case "always" -> SyncPolicy.ALWAYS;
      default ->
          config
              .sync()
              .or(() -> config.definition(stream.name()).map(StreamDefinition::sync))
              .orElse(SyncPolicy.ALWAYS);
    };
  }

  /** Who sees what is published to a stream. */
  PublishHook hookOf(final String streamName) {
    return config.definition(streamName).map(StreamDefinition::hook).orElse(PublishHook.NONE);
  }

  /** Stored bytes of all streams with this storage. */
  public long bytesUsed(final Storage storage) {
    return bytesUsed[storage.ordinal()];
  }

  void addBytes(final Storage storage, final long bytes) {
    bytesUsed[storage.ordinal()] += bytes;
  }

  boolean wouldExceedLimits(final Storage storage, final long bytes) {
    final long max = storage == Storage.MEMORY ? config.memoryBytesMax() : config.storeBytesMax();
    return max >= 0 && bytesUsed[storage.ordinal()] + bytes > max;
  }

  // Start and stop

  /** All records were seen; {@code lostSegments} can not be read any more. */
  public void onRecoveryComplete(final Exchange newExchange, final IntHashSet lostSegments) {
    exchange = newExchange;
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
      open(stream);
    }
  }

  /** The consumers are there, too. */
  public void onStarted() {
    byName.values().forEach(stream -> stream.intake().onStarted());
  }

  /** Gives back reserved sequences. */
  public void onStopping() {
    byName.values().forEach(stream -> stream.intake().reservation().release());
  }

  /** Every stream as it is now, in the order of their names. */
  public List<Stream.Frozen> freeze() {
    freezing.begin();
    final List<Stream.Frozen> frozen = new ArrayList<>();
    byName.values().forEach(stream -> frozen.add(stream.freeze()));
    return frozen;
  }

  /** What was frozen lies in {@code kept} now. */
  public void onKept(final List<Stream.Frozen> frozen, final ByteBuffer kept) {
    for (final Stream.Frozen each : frozen) {
      final Stream stream = byId.get(each.id());
      if (stream != null && !each.isMemory()) {
        stream.index().repack(each.index(), kept);
        stream.countState();
      }
    }
  }

  /** Nobody looks at what was frozen any more. */
  public void onThawed() {
    freezing.end();
    byName.values().forEach(stream -> stream.index().onThawed());
  }

  /** Puts back a stream that was frozen. */
  public void restore(
      final int id,
      final long createdNs,
      final StreamConfig streamConfig,
      final StateDecoder in,
      final boolean hasLost) {
    add(id, createdNs, streamConfig).restore(in, hasLost);
  }

  // Records

  /** A message was moved to another place in the journal; if it is gone that is of no effect. */
  public void onRelocated(final int streamId, final long streamSequence, final long location) {
    final Stream stream = byId.get(streamId);
    if (stream != null) {
      stream.index().place(streamSequence, location);
    }
  }

  /** A message cannot be read any more where it lay. */
  public void onLost(final int streamId, final long streamSequence, final long location) {
    final Stream stream = byId.get(streamId);
    if (stream != null) {
      stream.losses().onUnreadable(streamSequence, location);
    }
  }

  /** A message reached the journal. */
  @HotPath
  public void onMessageAppended(final FrameView frame, final long location) {
    final Stream stream = byId.get(frame.streamId());
    if (stream != null) {
      stream.intake().onAppended(frame, location);
    }
  }

  /** A record of a stream's content survives a power cut now. */
  @HotPath
  public void onSynced(final FrameView frame) {
    final Stream stream = byId.get(frame.streamId());
    if (stream == null) {
      return;
    }
    switch (frame.recordType()) {
      case MESSAGE -> stream.intake().onSynced(frame);
      case RESERVATION -> stream.intake().reservation().onSynced(frame.streamSequence());
      case DELETE -> stream.intake().onRemovalSynced(frame);
      default -> {
        // Changes of streams are answered by who asked for them.
      }
    }
  }

  /** Remembers the last message given to the journal. */
  void onPublished(final long journalSequence) {
    lastPublished = journalSequence;
  }

  /** The journal takes no more: who published what it did not get is told. */
  public void onJournalFailed() {
    final FrameView lost = new FrameView();
    for (long at = lastPublished; at > 0 && exchange.readTail(at, lost); at--) {
      final Stream stream = byId.get(lost.streamId());
      final RecordType type = lost.recordType();
      if (stream != null && (type == RecordType.MESSAGE || type == RecordType.DELETE)) {
        stream.intake().onLost(lost);
      }
    }
    byName.values().forEach(stream -> stream.intake().onJournalFailed());
  }
}
