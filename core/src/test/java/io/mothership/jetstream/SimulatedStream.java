package io.mothership.jetstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.frame.FrameView;
import io.mothership.frame.MessageView;
import io.mothership.jetstream.index.StreamIndex;
import io.mothership.jetstream.model.StreamConfig;
import io.mothership.jetstream.stream.Stream;
import io.mothership.journal.AppendedFrames;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What clients know of one stream, and what must follow from it: they never look inside, and forget
 * nothing when the power goes.
 */
final class SimulatedStream {
  static final long WINDOW_NS = 5_000_000_000L;
  static final String ALL = "all";

  private static final long AGE_MAX_NS = 30_000_000_000L;

  /** What a client knows of the message it published last under an id. */
  private record Original(long sequence, Moment sent) {}

  /**
   * A publish as it was sent.
   *
   * @param wallNs no record of it has an older time
   * @param ttlNs 0 = none
   * @param rollup what it rolls up, empty = nothing
   */
  record Sent(String subject, long wallNs, long ttlNs, String rollup) {}

  /** A time on both clocks, and how often the process was started and the wall clock set ahead. */
  record Moment(long monotonicNs, int starts, int forwardSteps) {}

  private final String name;
  private final String retention;
  private final boolean isAlways;
  private final long messagesMax;
  private final long perSubjectMax;
  private final boolean isDiscardNew;
  private final long ageMaxNs;

  /** What anybody ever saw under a sequence. */
  private final TreeMap<Long, String> named = new TreeMap<>();

  /** Acknowledged with {@code always}. */
  private final TreeSet<Long> acknowledged = new TreeSet<>();

  /** Clients asked to delete it. */
  private final Set<Long> deleted = new HashSet<>();

  /** Clients acknowledged it where that removes it. */
  private final Set<Long> consumed = new HashSet<>();

  /** Clients were told that it is removed. */
  private final Set<Long> removed = new HashSet<>();

  /** What was said with a publish, by the first word of its payload. */
  private final Map<Integer, Sent> sent = new HashMap<>();

  /** The last publish that asked to roll up a subject, or all. */
  private final Map<String, Integer> rollups = new HashMap<>();

  /** The highest acknowledged one of these. */
  private final Map<String, Long> rolledUp = new HashMap<>();

  private final Map<String, Original> originals = new HashMap<>();
  private long purgedTo;
  private long removedTo;
  private long lastAcknowledged;

  SimulatedStream(final String name, final String retention, final Random random) {
    this.name = name;
    this.retention = retention;
    this.isAlways = random.nextBoolean();
    this.messagesMax = retention.equals("limits") && random.nextBoolean() ? 20 : -1;
    this.perSubjectMax = retention.equals("limits") && random.nextInt(3) == 0 ? 5 : -1;
    this.isDiscardNew = random.nextInt(3) == 0;
    this.ageMaxNs = retention.equals("limits") && random.nextInt(3) == 0 ? AGE_MAX_NS : 0;
  }

  String name() {
    return name;
  }

  boolean isAlways() {
    return isAlways;
  }

  boolean isRemovedByAcks() {
    return !retention.equals("limits");
  }

  /** The request that creates it. */
  String config() {
    return "{\"name\":\""
        + name
        + "\",\"subjects\":[\""
        + name
        + ".*\"],\"retention\":\""
        + retention
        + "\",\"duplicate_window\":"
        + WINDOW_NS
        + ",\"max_msgs\":"
        + messagesMax
        + ",\"max_msgs_per_subject\":"
        + perSubjectMax
        + ",\"discard\":\""
        + (isDiscardNew ? "new" : "old")
        + "\",\"max_age\":"
        + ageMaxNs
        + ",\"allow_msg_ttl\":true,\"allow_rollup_hdrs\":true,\"metadata\":{\""
        + StreamConfig.SYNC_KEY
        + "\":\""
        + (isAlways ? "always" : "interval")
        + "\"}}";
  }

  /** A sequence that clients have seen, or one they may guess. */
  long anySequence(final Random random) {
    return named.isEmpty() ? 1 : 1 + random.nextLong(named.lastKey() + 1);
  }

  long lastSeen() {
    return named.isEmpty() ? 0 : named.lastKey();
  }

  /** 0 = messages do not age. */
  long ageMaxNs() {
    return ageMaxNs;
  }

  /** A client is about to publish something. */
  void onSent(final int number, final Sent publish) {
    sent.put(number, publish);
    if (!publish.rollup().isEmpty()) {
      rollups.put(publish.rollup(), number);
    }
  }

  private static int number(final String payload) {
    return Integer.parseInt(payload.strip());
  }

  /** Somebody saw a message: it is the one everybody sees there. */
  void onSeen(final long sequence, final String payload) {
    final String known = named.putIfAbsent(sequence, payload);
    assertTrue(
        known == null || known.equals(payload),
        () -> name + " " + sequence + " named " + known + ", now " + payload);
  }

  /** A message came from a consumer or a tap. */
  void onRead(
      final long sequence,
      final String payload,
      final int streamId,
      final AppendedFrames appended) {
    onSeen(sequence, payload);
    assertTrue(
        isAlways ? appended.isDurable(streamId, sequence) : appended.has(streamId, sequence),
        () -> name + " " + sequence + " was delivered before it was committed");
  }

  /** A publish was acknowledged for the first time. */
  void onAcknowledged(
      final long sequence,
      final String payload,
      final int streamId,
      final AppendedFrames appended) {
    assertTrue(
        sequence > lastAcknowledged,
        () -> name + " " + sequence + " acknowledged after " + lastAcknowledged);
    lastAcknowledged = sequence;
    onRead(sequence, payload, streamId, appended);
    if (isAlways) {
      acknowledged.add(sequence);
      final String rollup = sent.get(number(payload)).rollup();
      if (!rollup.isEmpty()) {
        rolledUp.put(rollup, sequence);
      }
    }
  }

  /** A publish with an id was stored: the one before it must be older than the window. */
  void onStored(final String id, final long sequence, final Moment sent, final Moment now) {
    final Original before = originals.put(id, new Original(sequence, sent));
    final boolean isSure =
        before != null
            && (before.sent.starts() == now.starts()
                || before.sent.forwardSteps() == now.forwardSteps());
    assertFalse(
        isSure && now.monotonicNs() - before.sent.monotonicNs() < WINDOW_NS,
        () -> name + " " + id + " stored twice: " + before + ", " + sequence + " at " + now);
  }

  /** A publish was answered as a duplicate of a message: it has the same id. */
  void onDuplicate(
      final String id, final long sequence, final int streamId, final AppendedFrames appended) {
    final FrameView frame = new FrameView();
    assertTrue(appended.find(streamId, sequence, frame), () -> name + " has no " + sequence);
    final MessageView original = new MessageView().wrap(frame);
    assertTrue(
        original.headers().toString().contains("Nats-Msg-Id: " + id + "\r\n"),
        () -> name + " " + sequence + " is no original of " + id);
    onRead(sequence, original.payload().toString(), streamId, appended);
    if (isAlways) {
      acknowledged.add(sequence);
    }
  }

  /** A client asked to delete a message. */
  void onDelete(final long sequence) {
    deleted.add(sequence);
  }

  /** A client asked to remove all messages up to one. */
  void onPurge(final long last) {
    purgedTo = Math.max(purgedTo, last);
  }

  /** A client acknowledged a message. */
  void onConsumed(final long sequence) {
    consumed.add(sequence);
  }

  /** A client was told that a message is removed. */
  void onRemoved(final long sequence) {
    removed.add(sequence);
  }

  void onRemovedTo(final long last) {
    removedTo = Math.max(removedTo, last);
  }

  boolean isRemoved(final long sequence) {
    return sequence <= removedTo || removed.contains(sequence);
  }

  /**
   * The process came back with this: everything that was promised must be there.
   *
   * @param latestNs no clock ever showed a later time
   */
  void check(final Stream found, final AppendedFrames appended, final long latestNs) {
    lastAcknowledged = 0;
    assertTrue(
        found.lastSequence() >= lastSeen(),
        () -> name + " goes on at " + found.lastSequence() + ", seen " + lastSeen());
    final MessageView message = new MessageView();
    appended.messages(
        (frame, position) -> {
          if (frame.streamId() == found.id()) {
            onSeen(frame.streamSequence(), message.wrap(frame).payload().toString());
          }
        });
    for (final long sequence : acknowledged) {
      assertTrue(
          found.index().isPresent(sequence) || mayBeGone(found, sequence, latestNs),
          () -> name + " lost " + sequence + ", last " + found.lastSequence());
    }
    final StreamIndex index = found.index();
    for (long at = index.nextPresent(0); at <= index.last(); at = index.nextPresent(at + 1)) {
      final long sequence = at;
      assertFalse(isRemoved(sequence), () -> name + " has removed message " + sequence);
      assertFalse(isRolledUp(sequence), () -> name + " has rolled up message " + sequence);
    }
    originals.values().removeIf(original -> !appended.has(found.id(), original.sequence()));
    assertEquals(found.lastSequence(), found.committedSequence());
  }

  /** A later message said that this one goes, and was acknowledged. */
  private boolean isRolledUp(final long sequence) {
    final String payload = named.get(sequence);
    return payload != null
        && (sequence < rolledUp.getOrDefault(ALL, 0L)
            || sequence < rolledUp.getOrDefault(sent.get(number(payload)).subject(), 0L));
  }

  /** While it lives: a message that consumers remove goes after its acknowledgement's record. */
  void checkRemovals(final Stream found, final AppendedFrames appended) {
    if (!isRemovedByAcks()) {
      return;
    }
    for (final long sequence : named.tailMap(purgedTo, false).keySet()) {
      final boolean isThere =
          sequence > found.committedSequence() || found.index().isPresent(sequence);
      assertTrue(
          isThere
              || deleted.contains(sequence)
              || appended.hasAcknowledgement(found.id(), sequence)
              || !appended.has(found.id(), sequence),
          () -> name + " " + sequence + " was removed before its acknowledgement's record");
    }
  }

  /**
   * Too old by some time a clock has shown; it may come back if the clock is set back before a
   * start.
   */
  boolean mayHaveAged(final long sequence, final long latestNs) {
    final Sent publish = sent.get(number(named.get(sequence)));
    final long ageNs = latestNs - publish.wallNs();
    return ageMaxNs > 0 && ageNs >= ageMaxNs || publish.ttlNs() > 0 && ageNs >= publish.ttlNs();
  }

  /** Asked for by a client, or displaced: at least as many came after it as a limit allows. */
  boolean mayBeGone(final Stream found, final long sequence, final long latestNs) {
    final long after = found.lastSequence() - sequence;
    final int number = number(named.get(sequence));
    final Sent publish = sent.get(number);
    return mayHaveAged(sequence, latestNs)
        || number < rollups.getOrDefault(publish.subject(), 0)
        || number < rollups.getOrDefault(ALL, 0)
        || sequence <= purgedTo
        || deleted.contains(sequence)
        || consumed.contains(sequence)
        || messagesMax > 0 && after >= messagesMax
        || perSubjectMax > 0 && after >= perSubjectMax;
  }
}
