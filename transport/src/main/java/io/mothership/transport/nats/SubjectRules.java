package io.mothership.transport.nats;

import io.mothership.bus.Slice;
import io.mothership.routing.Subjects;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What one user may publish and subscribe to: lists of subjects with wildcards, where an empty
 * allow list allows everything and deny wins.
 *
 * <p><i>Thread:</i> any, immutable. <i>Allocates:</i> nothing for publishes and deliveries.
 */
public final class SubjectRules {
  /** Everything is allowed. */
  public static final SubjectRules OPEN =
      new SubjectRules(List.of(), List.of(), List.of(), List.of());

  private static final byte[] SYSTEM_QUEUE = ascii("_sys_");
  private static final byte[] ROUTED_REPLY = ascii("_GR_.");
  private static final byte[] SERVICE_REPLY = ascii("_R_.");
  private static final byte[] RAFT = ascii("$NRG.");
  private static final byte[] ACK = ascii("$JS.ACK.");

  private final List<List<String>> lists;
  private final byte[][] publishAllowed;
  private final byte[][] publishDenied;
  private final Entry[] subscribeAllowed;
  private final Entry[] subscribeDenied;

  /**
   * @param subscribeAllowed subjects, or {@code subject queue} to allow them in one queue group
   *     only
   * @param subscribeDenied likewise
   */
  public SubjectRules(
      final List<String> publishAllowed,
      final List<String> publishDenied,
      final List<String> subscribeAllowed,
      final List<String> subscribeDenied) {
    this.lists =
        List.of(
            List.copyOf(publishAllowed),
            List.copyOf(publishDenied),
            List.copyOf(subscribeAllowed),
            List.copyOf(subscribeDenied));
    this.publishAllowed = bytes(publishAllowed);
    this.publishDenied = bytes(publishDenied);
    this.subscribeAllowed = entries(subscribeAllowed);
    this.subscribeDenied = entries(subscribeDenied);
  }

  boolean mayPublish(final Slice subject) {
    final byte letter = subject.byteAt(0);
    if (letter == '_' && subject.startsWith(ROUTED_REPLY)
        || letter == '$' && subject.startsWith(RAFT)) {
      return false;
    }
    return (publishAllowed.length == 0 || isMatched(publishAllowed, subject))
        && !isMatched(publishDenied, subject);
  }

  /**
   * Whether an answer to a message with this reply subject could not be taken for the server's own.
   */
  static boolean mayReplyTo(final Slice reply) {
    return switch (reply.byteAt(0)) {
      case '_' -> !reply.startsWith(SERVICE_REPLY) && !reply.startsWith(ROUTED_REPLY);
      case '$' -> reply.length() <= ACK.length || !reply.startsWith(ACK);
      default -> true;
    };
  }

  boolean maySubscribe(final Slice subject, final Slice queue) {
    if (queue.contentEquals(SYSTEM_QUEUE)) {
      return false;
    }
    if (subscribeAllowed.length == 0 && subscribeDenied.length == 0) {
      return true;
    }
    final byte[] wanted = subject.toByteArray();
    final byte[] group = queue.toByteArray();
    return (subscribeAllowed.length == 0 || isAllowed(wanted, group)) && !isDenied(wanted, group);
  }

  /** Whether a message may reach a subscription that was wider than what is denied. */
  boolean mayDeliver(final Slice subject) {
    for (final Entry entry : subscribeDenied) {
      if (entry.queue.length == 0 && Subjects.matches(entry.subject, subject)) {
        return false;
      }
    }
    return true;
  }

  /** Rules are equal if they were written equally. */
  @Override
  public boolean equals(final Object other) {
    return other instanceof final SubjectRules rules && lists.equals(rules.lists);
  }

  @Override
  public int hashCode() {
    return lists.hashCode();
  }

  private boolean isAllowed(final byte[] subject, final byte[] queue) {
    boolean isPlainAllowed = false;
    boolean isQueueNamed = false;
    boolean isQueueAllowed = false;
    for (final Entry entry : subscribeAllowed) {
      if (Subjects.covers(entry.subject, subject)) {
        if (entry.queue.length == 0) {
          isPlainAllowed = true;
        } else if (queue.length != 0) {
          isQueueNamed = true;
          isQueueAllowed |= isGroup(entry.queue, queue);
        }
      }
    }
    return isQueueNamed ? isQueueAllowed : isPlainAllowed;
  }

  private boolean isDenied(final byte[] subject, final byte[] queue) {
    for (final Entry entry : subscribeDenied) {
      if (Subjects.covers(entry.subject, subject)
          && (entry.queue.length == 0 || queue.length != 0 && isGroup(entry.queue, queue))) {
        return true;
      }
    }
    return false;
  }

  private static boolean isGroup(final byte[] pattern, final byte[] queue) {
    return Subjects.covers(pattern, queue);
  }

  private static boolean isMatched(final byte[][] patterns, final Slice subject) {
    for (final byte[] pattern : patterns) {
      if (Subjects.matches(pattern, subject)) {
        return true;
      }
    }
    return false;
  }

  private static byte[] ascii(final String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[][] bytes(final List<String> subjects) {
    return subjects.stream()
        .map(subject -> subject.getBytes(StandardCharsets.UTF_8))
        .toArray(byte[][]::new);
  }

  private static Entry[] entries(final List<String> subjects) {
    return subjects.stream().map(Entry::of).toArray(Entry[]::new);
  }

  private record Entry(byte[] subject, byte[] queue) {
    static Entry of(final String text) {
      final String[] parts = text.trim().split("\\s+", 2);
      return new Entry(
          parts[0].getBytes(StandardCharsets.UTF_8),
          (parts.length == 1 ? "" : parts[1]).getBytes(StandardCharsets.UTF_8));
    }
  }
}
