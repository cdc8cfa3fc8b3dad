package io.mothership.jetstream.model;

import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a consumer was asked to be, with all defaults filled in. Made by {@link ConsumerDraft}.
 *
 * <p>Durations are in ns, {@code -1} means no limit where a limit may be absent.
 */
public record ConsumerConfig(
    String durableName,
    String name,
    String description,
    DeliverPolicy deliverPolicy,
    long startSequence,
    Optional<OffsetDateTime> startTime,
    AckPolicy ackPolicy,
    long ackWaitNs,
    int deliveriesMax,
    List<Long> backoffNs,
    String filterSubject,
    List<String> filterSubjects,
    Replay replayPolicy,
    long rateLimitBps,
    String sampleFrequency,
    int waitingMax,
    int ackPendingMax,
    boolean hasFlowControl,
    boolean isHeadersOnly,
    int requestBatchMax,
    long requestExpiresMaxNs,
    int requestBytesMax,
    String deliverSubject,
    String deliverGroup,
    long idleHeartbeatNs,
    long inactiveThresholdNs,
    int replicas,
    boolean isMemoryStored,
    boolean isDirect,
    boolean isSourcing,
    Map<String, String> metadata,
    Optional<OffsetDateTime> pauseUntil,
    List<String> priorityGroups,
    Priority priorityPolicy,
    long priorityTimeoutNs) {

  /** At what pace the messages that are already stored come. */
  public enum Replay {
    INSTANT("instant"),
    ORIGINAL("original");

    private final String wireName;

    Replay(final String wireName) {
      this.wireName = wireName;
    }

    String wireName() {
      return wireName;
    }
  }

  /** Which of several waiting clients is served first. */
  public enum Priority {
    NONE("none"),
    OVERFLOW("overflow"),
    PINNED_CLIENT("pinned_client"),
    PRIORITIZED("prioritized");

    private final String wireName;

    Priority(final String wireName) {
      this.wireName = wireName;
    }

    String wireName() {
      return wireName;
    }
  }

  public boolean isPush() {
    return !deliverSubject.isEmpty();
  }

  boolean isDurable() {
    return !durableName.isEmpty();
  }

  /** The filters as one list; empty for none. */
  public List<String> filters() {
    return filterSubject.isEmpty() ? filterSubjects : List.of(filterSubject);
  }

  /** How long the client may take after the {@code redeliveries}-th redelivery, 0 = the first. */
  public long ackWaitNs(final int redeliveries) {
    return backoffNs.isEmpty()
        ? ackWaitNs
        : backoffNs.get(Math.min(redeliveries, backoffNs.size() - 1));
  }
}
