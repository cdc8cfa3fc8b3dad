package io.mothership.jetstream;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.jetstream.ConsumerFixture.Message;
import io.mothership.jetstream.index.StreamIndex;
import io.mothership.jetstream.stream.Stream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What clients know of one durable consumer, and what must follow from it. */
final class SimulatedConsumer {
  static final long ACK_WAIT_NS = 4_000_000_000L;

  private final SimulatedStream stream;
  private final String name;
  private final boolean isPush;
  private final boolean isAckAll;

  /** Not acknowledged yet by anybody. */
  private final Map<Long, Message> held = new HashMap<>();

  /** The acknowledgement was confirmed: never again. */
  private final Set<Long> confirmed = new HashSet<>();

  /** The acknowledgement reached the journal: not again, unless the power goes. */
  private final Set<Long> taken = new HashSet<>();

  private final List<Long> underWay = new ArrayList<>();
  private final Set<Long> everAcknowledged = new HashSet<>();
  private long lastFirstDelivery;

  // The same where an acknowledgement counts for everything before it.
  private long confirmedTo;
  private long takenTo;
  private long underWayTo;
  private long acknowledgedTo;

  SimulatedConsumer(final SimulatedStream stream, final String name, final boolean isPush) {
    this(stream, name, isPush, false);
  }

  SimulatedConsumer(
      final SimulatedStream stream,
      final String name,
      final boolean isPush,
      final boolean isAckAll) {
    this.stream = stream;
    this.name = name;
    this.isPush = isPush;
    this.isAckAll = isAckAll;
  }

  /** Whether an acknowledgement counts for everything before it too. */
  boolean isAckAll() {
    return isAckAll;
  }

  SimulatedStream stream() {
    return stream;
  }

  String name() {
    return name;
  }

  boolean isPush() {
    return isPush;
  }

  String deliverSubject() {
    return "push." + stream.name();
  }

  /** The request that creates it. */
  String config() {
    return "{\"stream_name\":\""
        + stream.name()
        + "\",\"config\":{\"name\":\""
        + name
        + "\",\"durable_name\":\""
        + name
        + "\",\"ack_policy\":\""
        + (isAckAll ? "all" : "explicit")
        + "\",\"ack_wait\":"
        + ACK_WAIT_NS
        + ",\"max_deliver\":-1"
        + (isPush ? ",\"deliver_subject\":\"" + deliverSubject() + "\"" : "")
        + "}}";
  }

  Map<Long, Message> held() {
    return held;
  }

  void onDelivered(final Message message) {
    final long sequence = message.streamSequence();
    assertFalse(confirmed.contains(sequence), () -> say(sequence) + " confirmed, delivered again");
    assertFalse(taken.contains(sequence), () -> say(sequence) + " acknowledged, delivered again");
    assertTrue(
        sequence > Math.max(confirmedTo, takenTo),
        () -> say(sequence) + " acknowledged up to " + confirmedTo + ", delivered again");
    assertFalse(stream.isRemoved(sequence), () -> say(sequence) + " removed, delivered");
    if (message.deliveries() == 1) {
      assertTrue(
          sequence > lastFirstDelivery,
          () -> say(sequence) + " delivered first after " + lastFirstDelivery);
      lastFirstDelivery = sequence;
    }
    held.put(sequence, message);
  }

  /** A client sent an acknowledgement. */
  void onAcknowledge(final long sequence) {
    if (isAckAll) {
      held.keySet().removeIf(other -> other <= sequence);
      underWayTo = Math.max(underWayTo, sequence);
      acknowledgedTo = Math.max(acknowledgedTo, sequence);
      return;
    }
    held.remove(sequence);
    underWay.add(sequence);
    everAcknowledged.add(sequence);
    if (stream.isRemovedByAcks()) {
      stream.onConsumed(sequence);
    }
  }

  void onConfirmed(final long sequence) {
    if (isAckAll) {
      confirmedTo = Math.max(confirmedTo, sequence);
      return;
    }
    confirmed.add(sequence);
    if (stream.isRemovedByAcks()) {
      stream.onRemoved(sequence);
    }
  }

  /** Everything under way has reached the journal. */
  void onDrained() {
    takenTo = Math.max(takenTo, underWayTo);
    taken.addAll(underWay);
    underWay.clear();
  }

  /**
   * The process came back.
   *
   * @param isAllKept whether all that reached the journal is still there
   */
  void onRestart(final boolean isAllKept) {
    held.clear();
    underWay.clear();
    underWayTo = 0;
    lastFirstDelivery = 0;
    if (!isAllKept) {
      takenTo = 0;
      taken.clear();
    }
  }

  /**
   * After the end, with patience: every message that is left was acknowledged here. What had gone
   * may be back: a start does not know how long a clock was not trusted, so others may have made
   * room for it by their age.
   */
  void checkAllAcknowledged(final Stream found, final long latestNs) {
    final StreamIndex index = found.index();
    for (long at = index.nextPresent(0); at <= index.last(); at = index.nextPresent(at + 1)) {
      final long sequence = at;
      assertTrue(
          sequence <= acknowledgedTo
              || everAcknowledged.contains(sequence)
              || stream.mayBeGone(found, sequence, latestNs),
          () -> say(sequence) + " was not delivered");
    }
  }

  private String say(final long sequence) {
    return stream.name() + "/" + name + " " + sequence + ":";
  }
}
