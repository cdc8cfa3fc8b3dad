package io.mothership.security;

import io.mothership.bus.SubjectScope;
import io.mothership.frame.Slice;
import io.mothership.routing.Subjects;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/**
 * What somebody may publish and subscribe to: lists of subjects with wildcards, where an empty
 * allow list allows everything and deny wins.
 *
 * <p>Rules of a tenant allow inboxes besides, but only below a literal token: {@code _INBOX.x.*} is
 * for whoever made up {@code x}, {@code _INBOX.*} and {@code _INBOX.>} would be everybody's.
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
  private static final byte[] INBOX = ascii("_INBOX.");

  private final List<List<String>> lists;
  private final SubjectScope scope;
  private final boolean isTenant;
  private final SubjectRules outer;
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
    this(publishAllowed, publishDenied, subscribeAllowed, subscribeDenied, null, null);
  }

  private SubjectRules(
      final List<String> publishAllowed,
      final List<String> publishDenied,
      final List<String> subscribeAllowed,
      final List<String> subscribeDenied,
      final List<String> queues,
      final SubjectRules outer) {
    this.isTenant = queues != null;
    this.outer = outer;
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
    if (isTenant) {
      this.scope = new TenantScope(subjects(this.subscribeAllowed), bytes(queues));
    } else {
      this.scope = outer == null ? SubjectScope.OPEN : outer.scope;
    }
  }

  /**
   * What an organization's principal may do: these subjects, its own inboxes, nothing else.
   *
   * @param queues what may be taken out of queues, of that which may be heard
   */
  static SubjectRules ofTenant(
      final List<String> publish, final List<String> subscribe, final List<String> queues) {
    return new SubjectRules(publish, List.of(), subscribe, List.of(), queues, null);
  }

  /** These rules, and {@code bounds} that nothing of them leads out of. */
  public SubjectRules within(final SubjectRules bounds) {
    if (bounds == OPEN) {
      return this;
    }
    if (this == OPEN) {
      return bounds;
    }
    if (isTenant) {
      throw new IllegalStateException("the rules of a tenant are bounds themselves");
    }
    return new SubjectRules(lists.get(0), lists.get(1), lists.get(2), lists.get(3), null, bounds);
  }

  /** Which stored messages may be reached by asking for them. */
  public SubjectScope scope() {
    return scope;
  }

  /** Whether a message may be published. */
  public boolean mayPublish(final Slice subject) {
    final byte letter = subject.byteAt(0);
    if (letter == '_' && subject.startsWith(ROUTED_REPLY)
        || letter == '$' && subject.startsWith(RAFT)) {
      return false;
    }
    return isPublishAllowed(letter, subject)
        && !isMatched(publishDenied, subject)
        && (outer == null || outer.mayPublish(subject));
  }

  /**
   * Whether answers may go to this reply subject: none that could be taken for the server's own,
   * and none of a tenant's beyond its inboxes, where the appliance would carry them in its own
   * name.
   */
  public boolean mayReplyTo(final Slice reply) {
    final boolean isHarmless =
        switch (reply.byteAt(0)) {
          case '_' -> !reply.startsWith(SERVICE_REPLY) && !reply.startsWith(ROUTED_REPLY);
          case '$' -> reply.length() <= ACK.length || !reply.startsWith(ACK);
          default -> true;
        };
    return isHarmless
        && (!isTenant || isOwnInbox(reply))
        && (outer == null || outer.mayReplyTo(reply));
  }

  /** Whether a subscription may be made. */
  public boolean maySubscribe(final Slice subject, final Slice queue) {
    if (queue.contentEquals(SYSTEM_QUEUE)) {
      return false;
    }
    return isSubscribeAllowed(subject, queue)
        && (outer == null || outer.maySubscribe(subject, queue));
  }

  /** Whether a message may reach a subscription that was wider than what is denied. */
  public boolean mayDeliver(final Slice subject) {
    for (final Entry entry : subscribeDenied) {
      if (entry.queue.length == 0 && Subjects.matches(entry.subject, subject)) {
        return false;
      }
    }
    return outer == null || outer.mayDeliver(subject);
  }

  /** Whether the token behind {@code _INBOX.} is there and names one inbox, not any. */
  static boolean isOwnInbox(final Slice subject) {
    if (!subject.startsWith(INBOX) || subject.length() == INBOX.length) {
      return false;
    }
    final byte first = subject.byteAt(INBOX.length);
    final boolean isWhole =
        subject.length() == INBOX.length + 1 || subject.byteAt(INBOX.length + 1) == '.';
    return first != '.' && !(isWhole && (first == '*' || first == '>'));
  }

  /** Rules are equal if they were written equally. */
  @Override
  public boolean equals(final Object other) {
    return other instanceof final SubjectRules rules
        && lists.equals(rules.lists)
        && isTenant == rules.isTenant
        && Objects.equals(outer, rules.outer);
  }

  @Override
  public int hashCode() {
    return Objects.hash(lists, isTenant, outer);
  }

  private boolean isPublishAllowed(final byte letter, final Slice subject) {
    if (isTenant) {
      return letter == '_' ? isOwnInbox(subject) : isMatched(publishAllowed, subject);
    }
    return publishAllowed.length == 0 || isMatched(publishAllowed, subject);
  }

  private boolean isSubscribeAllowed(final Slice subject, final Slice queue) {
    if (isTenant && isOwnInbox(subject)) {
      return true;
    }
    if (!isTenant && subscribeAllowed.length == 0 && subscribeDenied.length == 0) {
      return true;
    }
    final byte[] wanted = subject.toByteArray();
    final byte[] group = queue.toByteArray();
    return (!isTenant && subscribeAllowed.length == 0 || isAllowed(wanted, group))
        && !isDenied(wanted, group);
  }

  private static byte[][] subjects(final Entry[] entries) {
    final byte[][] subjects = new byte[entries.length][];
    for (int i = 0; i < subjects.length; i++) {
      subjects[i] = entries[i].subject;
    }
    return subjects;
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
