package io.mothership.jetstream.stream;

import io.mothership.bus.Pressure;
import io.mothership.bus.SubjectScope;
import io.mothership.dispatch.Exchange;
import io.mothership.frame.FrameView;
import io.mothership.frame.HotPath;
import io.mothership.frame.MessageView;
import io.mothership.frame.Slice;
import io.mothership.frame.codec.RecordType;
import io.mothership.jetstream.index.StateBudget;
import io.mothership.jetstream.model.ApiErrors;
import io.mothership.jetstream.model.ApiException;
import io.mothership.jetstream.model.ConsumerDuration;
import io.mothership.jetstream.model.StreamConfig;
import io.mothership.jetstream.model.StreamConfig.Discard;
import io.mothership.journal.StateDecoder;
import io.mothership.journal.StateEncoder;
import io.mothership.json.JsonText;
import io.mothership.routing.Subscriber;
import io.mothership.routing.Subscription;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * How messages come into a stream: the checks of a publish in nats-server's order, the sequence,
 * the record, and the acknowledgement once the stream's sync policy holds. {@link PublishChecks}
 * are those that follow from the message's headers and the stream's limits.
 *
 * <p><i>Thread:</i> ms-dispatch. <i>Allocates:</i> nothing per accepted message; a refusal does.
 * <i>Back-pressure:</i> a full journal ring, dedupe window or {@link StateBudget} refuses the
 * publish with a JetStream error.
 */
public final class StreamIntake implements Subscriber {
  static final byte[] ROLLUP_SUBJECT = "sub".getBytes(StandardCharsets.US_ASCII);
  static final byte[] ROLLUP_ALL = "all".getBytes(StandardCharsets.US_ASCII);

  /** A message that no age removes. */
  static final long TTL_NEVER = -1;

  private static final int HEADERS_LENGTH_MAX = 65535;
  private static final int WAITING_DUPLICATES_MAX = 1024;
  private static final long SECOND_NS = 1_000_000_000L;

  private final StreamHome owner;
  private final Stream stream;
  private final PublishHeaders headers = new PublishHeaders();
  private final PublishChecks checks;
  private final SequenceReservation reservation;
  private final DedupeWindow dedupe;
  private final MessageView record = new MessageView();
  private final MessageView ack = new MessageView();
  private final List<WaitingDuplicate> duplicates = new ArrayList<>();
  private final List<Subscription> subscriptions = new ArrayList<>();
  private final HookedPublish hooked;
  private byte[] ackPrefix;
  private UnsafeBuffer ackBuffer;
  private byte[] lastId = new byte[64];
  private int lastIdLength;

  StreamIntake(final StreamHome owner, final Stream stream) {
    this.owner = owner;
    this.stream = stream;
    this.dedupe = new DedupeWindow(owner.config().limits().dedupeIdsMax(), owner.freezing());
    this.hooked = new HookedPublish(owner, stream, this, owner.hookOf(stream.name()));
    this.checks = new PublishChecks(stream, this, headers);
    this.reservation = new SequenceReservation(owner, stream);
    onConfigChanged();
  }

  void onConfigChanged() {
    final String domain = owner.config().domain();
    ackPrefix =
        (domain.isEmpty()
                ? "{\"stream\":\"" + stream.name() + "\",\"seq\":"
                : "{\"stream\":\"" + stream.name() + "\", \"domain\":\"" + domain + "\", \"seq\":")
            .getBytes(StandardCharsets.UTF_8);
    ackBuffer = new UnsafeBuffer(new byte[ackPrefix.length + 64]);
    ackBuffer.putBytes(0, ackPrefix);
  }

  /** The sequences that may be given away. */
  SequenceReservation reservation() {
    return reservation;
  }

  /** Message ids remembered now. */
  int dedupeCount() {
    return dedupe.count();
  }

  /** What they take of the heap. */
  long dedupeHeapBytes() {
    return dedupe.heapBytes();
  }

  /** What another one would make them grow by. */
  long dedupeGrowthBytes() {
    return dedupe.growthBytes();
  }

  /** Lets the stream take messages. */
  void subscribe() {
    for (final String subject : stream.config().subjects()) {
      final Subscription subscription = Subscription.internal(this, subject);
      subscriptions.add(subscription);
      owner.exchange().subscribe(stream.accountId(), subscription);
    }
  }

  void unsubscribe() {
    subscriptions.forEach(s -> owner.exchange().unsubscribe(stream.accountId(), s));
    subscriptions.clear();
  }

  @Override
  @HotPath
  public void onMessage(final Subscription subscription, final MessageView message) {
    final StreamConfig config = stream.config();
    if (config.isSealed()) {
      refuse(message, ApiErrors.STREAM_SEALED.exception());
      return;
    }
    final int sizeMax = config.messageSizeMax();
    if (sizeMax >= 0 && message.bodyLength() > sizeMax) {
      refuse(message, ApiErrors.STREAM_MESSAGE_EXCEEDS_MAXIMUM.exception());
      return;
    }
    stream.expiry().expire(owner.ageNowNs());
    headers.wrap(message.headers());
    if (!message.headers().isEmpty()
        && !(checks.isAsExpected(message)
            && !isDuplicate(config, message)
            && isLastIdAsExpected(message)
            && checks.isRollupPermitted(message))) {
      return;
    }
    if (message.headers().length() > HEADERS_LENGTH_MAX) {
      refuse(message, ApiErrors.STREAM_HEADER_EXCEEDS_MAXIMUM.exception());
      return;
    }
    final int size = stream.storedSize(message);
    if (owner.exchange().isSpaceLow()) {
      refuse(message, ApiErrors.STORAGE_RESOURCES_EXCEEDED.exception());
      return;
    }
    if (owner.wouldExceedLimits(config.storage(), size)) {
      refuse(message, ApiErrors.ACCOUNT_RESOURCES_EXCEEDED.exception());
      return;
    }
    long ttlNs = checks.ttlNs();
    if (ttlNs == PublishChecks.TTL_INVALID) {
      refuse(message, ApiErrors.MESSAGE_TTL_INVALID.exception());
      return;
    }
    if (ttlNs > 0 && config.messagesPerSubjectMax() != 1) {
      ttlNs = Math.max(ttlNs, config.subjectDeleteMarkerTtlNs());
    }
    if (config.discard() == Discard.NEW && !checks.hasRoom(message, size)) {
      return;
    }
    final boolean hasId = !headers.messageId().isEmpty();
    if (hasId && dedupe.isFull()) {
      refuse(message, ApiErrors.INSUFFICIENT_RESOURCES.exception());
      return;
    }
    if (!stream.hasStateFor(message, hasId)) {
      refuse(message, ApiErrors.MEMORY_RESOURCES_EXCEEDED.exception());
      return;
    }
    if (hooked.isFor(message)) {
      hooked.store(message, ttlNs);
      return;
    }
    final long answer = tryStore(message, ttlNs, owner.exchange().outboxId());
    if (answer < 0) {
      refuse(message, notStored(answer));
    }
  }

  /** Reads the headers of the next {@link #tryStore}; false if its message id was stored before. */
  boolean prepare(final MessageView message) {
    headers.wrap(message.headers());
    return headers.messageId().isEmpty() || dedupe.find(headers.messageId()) == 0;
  }

  /**
   * Gives a checked message its sequence and record and applies it.
   *
   * @param outboxId of the publish that is stored whole with this, 0 = none; it waits for the disk
   *     in every stream, as the event's row goes once it is taken
   * @return the sequence, or a negative {@link Pressure}
   */
  @HotPath
  long tryStore(final MessageView message, final long ttlNs, final long outboxId) {
    final Exchange exchange = owner.exchange();
    final long sequence = stream.lastSequence() + 1;
    final boolean isSynced =
        reservation.isSyncNeeded(sequence) || outboxId != 0 && !stream.config().isMemory();
    final long journalSequence =
        exchange.tryAppend(
            RecordType.MESSAGE,
            stream.accountId(),
            stream.id(),
            sequence,
            isSynced,
            ttlNs,
            outboxId,
            message);
    if (journalSequence < 0) {
      return journalSequence;
    }
    owner.onPublished(journalSequence);
    remember(sequence, exchange.monotonicNs());
    stream.apply(sequence, message, headers, exchange.lastAppendTimeNs(), journalSequence, ttlNs);
    return sequence;
  }

  /** Stores what stands for a subject whose last message grew too old; it rolls that message up. */
  boolean tryMark(final byte[] subject) {
    final long ttlNs = stream.config().subjectDeleteMarkerTtlNs();
    final MessageView marker = new MessageView();
    marker.subject().wrap(Slice.of(subject));
    marker
        .headers()
        .wrap(
            Slice.of(
                "NATS/1.0\r\nNats-Marker-Reason: MaxAge\r\nNats-TTL: "
                    + ConsumerDuration.text(ttlNs / SECOND_NS * SECOND_NS)
                    + "\r\nNats-Rollup: sub\r\n\r\n"));
    prepare(marker);
    return tryStore(marker, ttlNs, 0) >= 0;
  }

  /** Why {@link #tryStore} refused. */
  static ApiException notStored(final long answer) {
    return answer == Pressure.CLOSED
        ? journalFailed()
        : answer == Pressure.TOO_LARGE
            ? ApiErrors.STREAM_STORE_FAILED.with("message too large")
            : ApiErrors.INSUFFICIENT_RESOURCES.exception();
  }

  /** Applies a message found in the journal at start. */
  void onRecovered(final FrameView frame, final long location) {
    final long sequence = frame.streamSequence();
    if (sequence <= stream.lastSequence()) {
      stream.index().place(sequence, location);
      return;
    }
    record.wrap(frame);
    headers.wrap(record.headers());
    if (headers.messageId().isEmpty()) {
      lastIdLength = 0;
    } else {
      dedupe.expire(frame.timeNs() - stream.config().duplicateWindowNs());
      // Whatever the window and its limit say: that it was stored proves that its id was free.
      dedupe.find(headers.messageId());
      remember(sequence, frame.timeNs());
    }
    stream.apply(sequence, record, headers, frame.timeNs(), frame.journalSequence(), frame.ttlNs());
    stream.index().place(sequence, location);
    stream.commitAll();
  }

  /** Everything that outlives a restart, as it is now. */
  Frozen freeze() {
    final Exchange exchange = owner.exchange();
    return new Frozen(
        reservation.reservedTo(),
        Arrays.copyOf(lastId, lastIdLength),
        dedupe.freeze(recordNowNs(exchange) - exchange.monotonicNs()));
  }

  /** What whoever publishes may reach. */
  SubjectScope scope() {
    return owner.exchange().scope();
  }

  /**
   * What the next record's time is at least: ids are kept in the time of records, which does not
   * follow a wall clock that was set back.
   */
  static long recordNowNs(final Exchange exchange) {
    return Math.max(exchange.wallNs(), exchange.lastAppendTimeNs());
  }

  /** Takes the place of what was frozen; no message was recovered yet. */
  void restore(final StateDecoder in) {
    reservation.onRecovered(in.i64());
    lastId = in.bytes();
    lastIdLength = lastId.length;
    dedupe.restore(in);
  }

  /** How messages come in, at one moment. */
  record Frozen(long reservedTo, byte[] lastId, DedupeWindow.Frozen dedupe) {
    void encode(final StateEncoder out) {
      out.i64(reservedTo).bytes(lastId);
      dedupe.encode(out);
    }
  }

  /** Goes on above what may have been given away before an unclean stop. */
  void onRecoveryComplete(final long monotonicMinusRecordNs) {
    dedupe.shiftTimes(monotonicMinusRecordNs);
    reservation.onRecoveryComplete();
  }

  /** The exchange takes records now. */
  void onStarted() {
    hooked.onRecoveryComplete();
  }

  void onAppended(final FrameView frame, final long location) {
    stream.index().place(frame.streamSequence(), location);
    if (!frame.isSynced()) {
      commit(frame);
    }
  }

  void onSynced(final FrameView frame) {
    commit(frame);
  }

  /**
   * A message and all that stands for it are synced: the record that removes it has its reply
   * subject.
   */
  void onRemovalSynced(final FrameView frame) {
    if (frame.replyLength() > 0) {
      record.wrap(frame);
      acknowledge(record.reply(), frame.streamSequence(), false);
    }
  }

  /** Tells the publisher of a message that it never got into the journal. */
  void onLost(final FrameView frame) {
    final boolean isRemoval = frame.recordType() == RecordType.DELETE;
    if (isRemoval || frame.streamSequence() > stream.committedSequence()) {
      record.wrap(frame);
      refuse(record, journalFailed());
    }
  }

  /** The journal takes no more: ids and sequences of what it did not get are free again. */
  void onJournalFailed() {
    final byte[] error = refusal(journalFailed());
    duplicates.forEach(d -> tell(Slice.of(d.reply), error));
    duplicates.clear();
    dedupe.rollBackTo(stream.committedSequence());
    stream.rollBack();
  }

  private static ApiException journalFailed() {
    return ApiErrors.STREAM_STORE_FAILED.with("journal failed");
  }

  @HotPath
  private void commit(final FrameView frame) {
    final long sequence = frame.streamSequence();
    if (frame.replyLength() > 0 && !stream.config().isNoAck()) {
      record.wrap(frame);
      acknowledge(record.reply(), sequence, false);
    }
    stream.commit(sequence);
    if (!duplicates.isEmpty()) {
      acknowledgeDuplicates();
    }
  }

  private void acknowledgeDuplicates() {
    final long committed = stream.committedSequence();
    for (final WaitingDuplicate duplicate : duplicates) {
      if (duplicate.sequence <= committed) {
        acknowledge(Slice.of(duplicate.reply), duplicate.sequence, true);
      }
    }
    duplicates.removeIf(duplicate -> duplicate.sequence <= committed);
  }

  @HotPath
  private void acknowledge(final Slice reply, final long sequence, final boolean isDuplicate) {
    int length = ackPrefix.length;
    length += ackBuffer.putLongAscii(length, sequence);
    if (isDuplicate) {
      length += ackBuffer.putStringWithoutLengthAscii(length, ",\"duplicate\": true");
    }
    ackBuffer.putByte(length++, (byte) '}');
    ack.clear();
    ack.subject().wrap(reply);
    ack.payload().wrap(ackBuffer, 0, length);
    owner.exchange().route(stream.accountId(), ack);
  }

  private boolean isDuplicate(final StreamConfig config, final MessageView message) {
    if (headers.messageId().isEmpty()) {
      return false;
    }
    dedupe.expire(owner.exchange().monotonicNs() - config.duplicateWindowNs());
    final long original = dedupe.find(headers.messageId());
    if (original == 0) {
      return false;
    }
    if (!message.reply().isEmpty() && !config.isNoAck()) {
      if (original <= stream.committedSequence()) {
        acknowledge(message.reply(), original, true);
      } else if (duplicates.size() < WAITING_DUPLICATES_MAX) {
        duplicates.add(new WaitingDuplicate(original, message.reply().toByteArray()));
      } else {
        refuse(message, ApiErrors.STREAM_DUPLICATE_MESSAGE_CONFLICT.exception());
      }
    }
    return true;
  }

  private boolean isLastIdAsExpected(final MessageView message) {
    final Slice expected = headers.expectedLastId();
    if (expected.isEmpty()) {
      return true;
    }
    boolean isEqual = expected.length() == lastIdLength;
    for (int i = 0; isEqual && i < lastIdLength; i++) {
      isEqual = expected.byteAt(i) == lastId[i];
    }
    return isEqual
        || refuse(
            message,
            ApiErrors.STREAM_WRONG_LAST_MSG_ID.with(
                new String(lastId, 0, lastIdLength, StandardCharsets.UTF_8)));
  }

  @HotPath
  private void remember(final long sequence, final long timeNs) {
    final Slice id = headers.messageId();
    lastIdLength = id.length();
    if (lastIdLength == 0) {
      return;
    }
    if (lastIdLength > lastId.length) {
      growLastId();
    }
    id.buffer().getBytes(id.offset(), lastId, 0, lastIdLength);
    dedupe.add(sequence, timeNs);
  }

  private void growLastId() {
    lastId = new byte[lastIdLength * 2];
  }

  /** Always false, so that checks can end with it. */
  boolean refuse(final MessageView message, final ApiException error) {
    if (!message.reply().isEmpty() && !stream.config().isNoAck()) {
      tell(message.reply(), refusal(error));
    }
    return false;
  }

  private void tell(final Slice reply, final byte[] text) {
    final MessageView told = new MessageView();
    told.subject().wrap(reply);
    told.payload().wrap(Slice.of(text));
    owner.exchange().route(stream.accountId(), told);
  }

  private byte[] refusal(final ApiException error) {
    final JsonText json = new JsonText().object();
    error.write(json);
    return json.member("stream", stream.name()).member("seq", 0).end().bytes();
  }

  private record WaitingDuplicate(long sequence, byte[] reply) {}
}
