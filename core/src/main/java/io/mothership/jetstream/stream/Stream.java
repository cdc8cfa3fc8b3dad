package io.mothership.jetstream.stream;

import io.mothership.bus.Pressure;
import io.mothership.bus.SubjectScope;
import io.mothership.frame.FrameView;
import io.mothership.frame.HotPath;
import io.mothership.frame.MessageView;
import io.mothership.frame.Slice;
import io.mothership.jetstream.index.StreamIndex;
import io.mothership.jetstream.index.SubjectFilter;
import io.mothership.jetstream.index.SubjectTable;
import io.mothership.jetstream.model.StreamConfig;
import io.mothership.jetstream.model.StreamConfig.Discard;
import io.mothership.jetstream.model.StreamConfig.Retention;
import io.mothership.journal.Journal;
import io.mothership.journal.StateDecoder;
import io.mothership.journal.StateEncoder;
import io.mothership.journal.SyncPolicy;
import io.mothership.json.JsonText;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * One stream: its configuration, what it holds, and what makes messages go. How messages come in is
 * {@link StreamIntake}'s.
 *
 * <p>Everything here follows from the journal's records in their order, so that recovery, which
 * applies them again, ends in the same state.
 *
 * <p><i>Thread:</i> ms-dispatch. <i>Allocates:</i> nothing per message beyond the index.
 */
public final class Stream {
  /** {@link #load}: the frame is wrapped. */
  public static final int LOADED = 1;

  /** {@link #load}: it has left the tail window; ask with {@link #tryRead}. */
  public static final int NEEDS_READ = 0;

  /** {@link #load}: there is no such message. */
  static final int GONE = -1;

  /** Objects of a stream without messages, its configuration and its subscriptions. */
  public static final long BASE_BYTES = 8 * 1024;

  /** About what a message takes at most whose subject and id are new. */
  private static final long NEW_MESSAGE_BYTES = 256;

  private final StreamHome owner;
  private final int id;
  private final int accountId;
  private final long createdNs;
  private final byte[] nameBytes;
  private final StreamIndex index;
  private final StreamIntake intake;
  private final StreamExpiry expiry;
  private final StreamLosses losses;
  private StreamConfig config;
  private SyncPolicy sync;
  private long committed;
  private boolean isDeleted;

  /** What the budget knows of. */
  private long stateBytes;

  Stream(
      final StreamHome owner,
      final int id,
      final int accountId,
      final long createdNs,
      final StreamConfig config) {
    this.owner = owner;
    this.id = id;
    this.accountId = accountId;
    this.createdNs = createdNs;
    this.config = config;
    this.index = new StreamIndex(owner.freezing(), owner.columns());
    this.sync = owner.syncPolicy(config);
    this.nameBytes = config.name().getBytes(StandardCharsets.UTF_8);
    if (config.firstSequence() > 1) {
      index.skipTo(config.firstSequence() - 1);
      committed = index.last();
    }
    this.intake = new StreamIntake(owner, this);
    this.expiry = new StreamExpiry(owner, this);
    this.losses = new StreamLosses(owner, this);
    countState();
  }

  /** Names the stream in records; never used twice in a journal. */
  public int id() {
    return id;
  }

  public int accountId() {
    return accountId;
  }

  public String name() {
    return config.name();
  }

  byte[] nameBytes() {
    return nameBytes;
  }

  public StreamConfig config() {
    return config;
  }

  public long createdNs() {
    return createdNs;
  }

  public SyncPolicy sync() {
    return sync;
  }

  public StreamIndex index() {
    return index;
  }

  public StreamLosses losses() {
    return losses;
  }

  /** What may be shown of it now. */
  public CommittedState committedState() {
    return new CommittedState(index, committed);
  }

  /** What the disk did not keep. */
  public LostMessages lost() {
    return losses.lost();
  }

  /** A message's record cannot be read any more where it lay. */
  public void onUnreadable(final long sequence, final long location) {
    losses.onUnreadable(sequence, location);
  }

  StreamIntake intake() {
    return intake;
  }

  StreamExpiry expiry() {
    return expiry;
  }

  /** Who still holds it then lets go. */
  public boolean isDeleted() {
    return isDeleted;
  }

  /** Sequence of the oldest message, or {@code lastSequence() + 1}. */
  public long firstSequence() {
    return index.first();
  }

  /** The highest sequence given to a publish, committed or not. */
  public long lastSequence() {
    return index.last();
  }

  /**
   * The highest sequence that may be shown to anybody: synced, or for {@code interval} appended.
   */
  public long committedSequence() {
    return committed;
  }

  /** What it takes of the heap, without its consumers. */
  public long stateBytes() {
    return stateBytes;
  }

  /** Whether the budget has room for what a message that has been checked makes it grow by. */
  boolean hasStateFor(final MessageView message, final boolean hasId) {
    if (!owner.state().isTight()) {
      return true;
    }
    final long more =
        index.growthBytes(lastSequence() + 1, message.subject())
            + (hasId ? intake.dedupeGrowthBytes() : 0)
            + (config.isTtlAllowed() ? expiry.growthBytes() : 0);
    return more == 0 || owner.state().allows(stateBytes, more);
  }

  /** The same for so many messages, each with a subject and an id that are new. */
  boolean hasStateFor(final int messages) {
    return !owner.state().isTight()
        || owner.state().allows(stateBytes, messages * NEW_MESSAGE_BYTES);
  }

  /** Tells the budget what it takes now. */
  @HotPath
  void countState() {
    final long bytes =
        BASE_BYTES + index.heapBytes() + intake.dedupeHeapBytes() + expiry.heapBytes();
    owner.state().add(bytes - stateBytes);
    stateBytes = bytes;
  }

  public long messageCount() {
    return index.count();
  }

  /** A filter over this stream's subjects; no patterns mean everything. */
  public SubjectFilter filter(final List<String> patterns) {
    return filter(patterns, SubjectScope.OPEN);
  }

  /** The same, and of that only what is within a scope. */
  public SubjectFilter filter(final List<String> patterns, final SubjectScope scope) {
    return new SubjectFilter(index.subjects(), patterns, scope);
  }

  /**
   * Finds the first committed message at or after {@code from} that the filter wants, looking at no
   * more than {@code limit} messages.
   *
   * @return its sequence; or negative: nothing found yet, go on from the negated answer
   */
  @HotPath
  public long nextMatching(final long from, final SubjectFilter filter, final int limit) {
    long at = Math.max(from, index.first());
    for (int looked = 0; at <= committed; looked++) {
      at = index.nextPresent(at);
      if (at > committed) {
        break;
      }
      if (filter.matches(index.subjectId(at))) {
        return at;
      }
      at++;
      if (looked >= limit) {
        return -at;
      }
    }
    return -Math.max(from, committed + 1);
  }

  /**
   * Counts the committed messages at or after {@code from} that the filter wants. Fast if the
   * filter wants all or {@code from} is not above the first message; otherwise it looks at each.
   */
  public long countMatching(final long from, final SubjectFilter filter) {
    final long start = Math.max(from, index.first());
    long count = 0;
    if (start == index.first()) {
      if (filter.isAll()) {
        count = index.count();
      } else {
        final SubjectTable subjects = index.subjects();
        for (int subject = 0; subject < subjects.idLimit(); subject++) {
          if (subjects.count(subject) > 0 && filter.matches(subject)) {
            count += subjects.count(subject);
          }
        }
      }
      return count - countPresent(Math.max(start, committed + 1), index.last(), filter);
    }
    return countPresent(start, committed, filter);
  }

  private long countPresent(final long from, final long to, final SubjectFilter filter) {
    long count = 0;
    for (long at = index.nextPresent(from); at <= to; at = index.nextPresent(at + 1)) {
      if (filter.matches(index.subjectId(at))) {
        count++;
      }
    }
    return count;
  }

  /** The newest committed message of a literal subject, 0 = none. */
  public long lastOf(final Slice subject) {
    final int subjectId = index.subjects().find(subject);
    return subjectId == SubjectTable.NONE ? 0 : lastCommittedOf(subjectId);
  }

  /** The newest committed message of a subject by id, 0 = none. */
  public long lastCommittedOf(final int subjectId) {
    long at = index.subjects().last(subjectId);
    while (at > committed) {
      at = index.previousSame(at);
    }
    return at;
  }

  /**
   * Wraps {@code frame} around a message if it is in the tail window.
   *
   * @return {@link #LOADED}, {@link #NEEDS_READ} or {@link #GONE}
   */
  @HotPath
  public int load(final long sequence, final FrameView frame) {
    if (!index.isPresent(sequence)) {
      return GONE;
    }
    return owner.exchange().readTail(index.journalSequence(sequence), frame) ? LOADED : NEEDS_READ;
  }

  /**
   * Asks ms-read for a message that is present; {@code onRead} brings it, or nothing if it is gone
   * meanwhile.
   *
   * @return a negative {@link Pressure} if it must be asked again later
   */
  @HotPath
  public int tryRead(final int requester, final long token, final long sequence) {
    final long location = index.location(sequence);
    return location == Journal.NOWHERE
        ? Pressure.FULL
        : owner.exchange().tryRead(requester, token, location);
  }

  /**
   * Forgets a message because its last consumer's acknowledgement is in the journal.
   *
   * @return false if it was gone already
   */
  @HotPath
  public boolean remove(final long sequence) {
    final int size = index.isPresent(sequence) ? index.size(sequence) : 0;
    if (!index.remove(sequence)) {
      return false;
    }
    expiry.onRemoved(sequence);
    owner.addBytes(config.storage(), -size);
    countState();
    return true;
  }

  /** Forgets a message for any other reason: consumers are told before. */
  @HotPath
  public boolean drop(final long sequence) {
    if (!index.isPresent(sequence)) {
      return false;
    }
    owner.consumers().onStreamRemoving(this, sequence);
    return remove(sequence);
  }

  /** Lets readers see up to a sequence. */
  @HotPath
  void commit(final long sequence) {
    if (sequence > committed) {
      committed = sequence;
      owner.consumers().onStreamCommitted(this);
    }
  }

  /**
   * Adds a message whose record is in the ring or was found in the journal, and lets go what it
   * displaces.
   */
  @HotPath
  void apply(
      final long sequence,
      final MessageView message,
      final PublishHeaders headers,
      final long timeNs,
      final long journalSequence,
      final long ttlNs) {
    final Slice subject = message.subject();
    if (config.retention() == Retention.INTEREST && !owner.consumers().wants(this, subject)) {
      index.skip(sequence, timeNs);
    } else {
      final int size = storedSize(message);
      index.add(sequence, subject, size, timeNs, journalSequence);
      owner.addBytes(config.storage(), size);
      expiry.onAdded(sequence, timeNs, ttlNs, headers.isDeleteMarker());
    }
    if (config.isRollupAllowed() && !config.isPurgeDenied()) {
      rollUp(sequence, headers.rollup());
    }
    enforceLimits();
    countState();
  }

  /** Bytes of a message as limits and state count them, with nats-server's overhead per record. */
  int storedSize(final MessageView message) {
    final int parts = message.subject().length() + message.bodyLength();
    if (config.isMemory()) {
      return parts + 16;
    }
    return parts + 30 + (message.headers().isEmpty() ? 0 : 4);
  }

  /** Takes a new configuration into effect. */
  public void update(final StreamConfig newConfig) {
    if (owner.isLive()) {
      expiry.expire(owner.ageNowNs());
    }
    final boolean isRetentionChanged = newConfig.retention() != config.retention();
    config = newConfig;
    owner.onStreamsChanged();
    sync = owner.syncPolicy(newConfig);
    intake.onConfigChanged();
    if (isRetentionChanged) {
      // Before the limits: they must not take what somebody waits for in place of what nobody does.
      owner.consumers().onRetentionChanged(this);
    }
    for (int subject = 0; subject < index.subjects().idLimit(); subject++) {
      enforceSubjectLimit(subject);
    }
    enforceLimits();
    expiry.reschedule();
  }

  /**
   * Drops messages as {@code STREAM.PURGE} asks: of subjects matching {@code filter} (empty for
   * all), below {@code upTo} (0 = no bound), all but the newest {@code keep}.
   *
   * @return how many went
   */
  public long purge(final String filter, final long upTo, final long keep) {
    if (upTo == 1) {
      return 0;
    }
    final long purged;
    if (filter.isEmpty() || filter.equals(">")) {
      if (upTo == 0 || upTo > index.last()) {
        losses.lost().clear();
      }
      purged = keep == 0 ? purgeBelow(upTo == 0 ? index.last() + 1 : upTo) : purgeAll(keep);
    } else {
      purged = purgeMatching(filter, upTo, keep);
    }
    owner.consumers().onStreamPurged(this);
    return purged;
  }

  private long purgeBelow(final long upTo) {
    final long before = index.count();
    final long end = Math.min(upTo - 1, index.last());
    for (long at = index.first(); at <= end; at = index.nextPresent(at)) {
      drop(at);
    }
    if (upTo - 1 > index.last()) {
      index.skipTo(upTo - 1);
      commit(upTo - 1);
    }
    return before - index.count();
  }

  private long purgeAll(final long keep) {
    long purged = 0;
    while (index.count() > keep) {
      drop(index.first());
      purged++;
    }
    return purged;
  }

  private long purgeMatching(final String pattern, final long upTo, final long keep) {
    final SubjectFilter filter = filter(List.of(pattern));
    final SubjectTable subjects = index.subjects();
    long matching = 0;
    long first = Long.MAX_VALUE;
    for (int subject = 0; subject < subjects.idLimit(); subject++) {
      if (subjects.count(subject) > 0 && filter.matches(subject)) {
        matching += subjects.count(subject);
        first = Math.min(first, subjects.first(subject));
      }
    }
    final long wanted = keep == 0 ? matching : Math.max(0, matching - keep);
    final long end = upTo == 0 ? index.last() : upTo - 1;
    long purged = 0;
    for (long at = first;
        purged < wanted && at <= end && at <= index.last();
        at = index.nextPresent(at + 1)) {
      if (filter.matches(index.subjectId(at))) {
        drop(at);
        purged++;
      }
    }
    return purged;
  }

  /** Ends it: nothing refers to it any more when this returns. */
  void delete() {
    isDeleted = true;
    expiry.cancel();
    owner.addBytes(config.storage(), -index.bytes());
    index.release();
    owner.state().add(-stateBytes);
    stateBytes = 0;
  }

  /** Listens to the subjects that its configuration has now. */
  public void resubscribe() {
    intake.unsubscribe();
    intake.subscribe();
  }

  /** Takes back what the journal never got, after it failed. */
  void rollBack() {
    for (long at = index.nextPresent(committed + 1);
        at <= index.last();
        at = index.nextPresent(at + 1)) {
      drop(at);
    }
    index.rollBackTo(committed);
  }

  /** What was found at a start is committed. */
  void commitAll() {
    committed = index.last();
  }

  /** Everything as it is now. */
  Frozen freeze() {
    final JsonText json = new JsonText().object();
    config.write(json, config.metadata());
    return new Frozen(
        id,
        createdNs,
        config.isMemory(),
        json.end().bytes(),
        index.freeze(),
        intake.freeze(),
        expiry.freeze(),
        losses.lost().freeze());
  }

  /** Takes the place of a stream that was frozen; this one is new. */
  void restore(final StateDecoder in, final boolean hasLost) {
    index.restore(in);
    intake.restore(in);
    expiry.restore(in);
    if (hasLost) {
      losses.restore(in);
    }
    owner.addBytes(config.storage(), index.bytes());
    committed = index.last();
    countState();
  }

  /** A stream at one moment. */
  public record Frozen(
      int id,
      long createdNs,
      boolean isMemory,
      byte[] config,
      StreamIndex.Frozen index,
      StreamIntake.Frozen intake,
      StreamExpiry.Frozen expiry,
      LostMessages.Frozen lost) {
    public void encode(final StateEncoder out) {
      out.i32(id).i64(createdNs).bytes(config);
      index.encode(out);
      intake.encode(out);
      expiry.encode(out);
      lost.encode(out);
    }
  }

  private void rollUp(final long sequence, final Slice rollup) {
    if (rollup.contentEquals(StreamIntake.ROLLUP_SUBJECT)) {
      if (!index.isPresent(sequence)) {
        return;
      }
      for (long at = index.previousSame(sequence); at != 0; ) {
        final long previous = index.previousSame(at);
        drop(at);
        at = previous;
      }
    } else if (rollup.contentEquals(StreamIntake.ROLLUP_ALL)) {
      for (long at = index.first(); at < sequence; at = index.nextPresent(at)) {
        drop(at);
      }
    }
  }

  private void enforceLimits() {
    if (index.count() == 0) {
      return;
    }
    final int newest = index.subjectId(index.last());
    if (newest != SubjectTable.NONE) {
      enforceSubjectLimit(newest);
    }
    // Else limits keep messages out; what is in stays, also when they are lowered.
    final boolean isTrimmed = config.discard() == Discard.OLD;
    while (isTrimmed && config.messagesMax() > 0 && index.count() > config.messagesMax()) {
      drop(index.first());
    }
    while (isTrimmed && config.bytesMax() > 0 && index.bytes() > config.bytesMax()) {
      drop(index.first());
    }
  }

  private void enforceSubjectLimit(final int subject) {
    final long max = config.messagesPerSubjectMax();
    while (max > 0 && index.subjects().count(subject) > max) {
      drop(index.subjects().first(subject));
    }
  }
}
