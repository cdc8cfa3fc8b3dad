package io.mothership.jetstream.model;

import io.mothership.jetstream.index.SubjectPatterns;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * A consumer configuration as it came in a request, on its way to a {@link ConsumerConfig}:
 * defaults first, then the checks, in the order in which clients know their errors.
 */
public final class ConsumerDraft {
  static final long ACK_WAIT_DEFAULT_NS = 30_000_000_000L;
  public static final long INACTIVE_DEFAULT_NS = 5_000_000_000L;
  private static final int WAITING_DEFAULT = 512;
  private static final int ACK_PENDING_DEFAULT = 1000;
  private static final long PRIORITY_TIMEOUT_DEFAULT_NS = 120_000_000_000L;
  private static final long FLOW_CONTROL_HEARTBEAT_NS = 1_000_000_000L;
  private static final long HEARTBEAT_MIN_NS = 100_000_000L;
  private static final long REQUEST_EXPIRES_MIN_NS = 1_000_000L;
  private static final int DESCRIPTION_LENGTH_MAX = 4096;
  private static final int METADATA_LENGTH_MAX = 128 * 1024;
  private static final int NAME_LENGTH_MAX = 255;
  private static final Pattern GROUP_NAME = Pattern.compile("[a-zA-Z0-9/_=-]{1,16}");

  /** Metadata keys of the server's own. */
  static final String REQUIRED_LEVEL_KEY = "_nats.req.level";

  public static final String LEVEL_KEY = "_nats.level";
  public static final String VERSION_KEY = "_nats.ver";

  public String durableName = "";
  public String name = "";
  String description = "";
  public DeliverPolicy deliverPolicy = DeliverPolicy.ALL;
  public long startSequence;
  public Optional<OffsetDateTime> startTime = Optional.empty();
  public AckPolicy ackPolicy = AckPolicy.NONE;
  long ackWaitNs;
  long deliveriesMax;
  List<Long> backoffNs = List.of();
  public String filterSubject = "";
  public List<String> filterSubjects = List.of();
  public ConsumerConfig.Replay replayPolicy = ConsumerConfig.Replay.INSTANT;
  long rateLimitBps;
  String sampleFrequency = "";
  public long waitingMax;
  long ackPendingMax;
  public boolean hasFlowControl;
  boolean isHeadersOnly;
  long requestBatchMax;
  long requestExpiresMaxNs;
  long requestBytesMax;
  public String deliverSubject = "";
  String deliverGroup = "";
  public long idleHeartbeatNs;
  public long inactiveThresholdNs;
  public long replicas;
  public boolean isMemoryStored;
  public boolean isDirect;
  public boolean isSourcing;
  Map<String, String> metadata = new TreeMap<>();
  public Optional<OffsetDateTime> pauseUntil = Optional.empty();
  List<String> priorityGroups = List.of();
  ConsumerConfig.Priority priorityPolicy = ConsumerConfig.Priority.NONE;
  long priorityTimeoutNs;

  /** Replaces what the client may not set in the metadata by what is so. */
  public void stampMetadata() {
    metadata = new TreeMap<>(metadata);
    metadata.remove(VERSION_KEY);
    metadata.remove(LEVEL_KEY);
    int level = 0;
    if (pauseUntil.isPresent()
        || priorityPolicy != ConsumerConfig.Priority.NONE
        || priorityTimeoutNs != 0
        || !priorityGroups.isEmpty()) {
      level = 1;
    }
    if (ackPolicy == AckPolicy.FLOW_CONTROL) {
      level = 4;
    }
    metadata.put(REQUIRED_LEVEL_KEY, Integer.toString(level));
  }

  /** Fills in what the request left open. {@code isPedantic} refuses instead of mending. */
  public void complete(
      final StreamConfig stream, final JetStreamLimits limits, final boolean isPedantic) {
    if (deliveriesMax == 0 || deliveriesMax < -1) {
      deliveriesMax = mended(deliveriesMax < -1, isPedantic, "max_deliver must be set to -1", -1);
    }
    if (waitingMax < 0) {
      waitingMax = mended(true, isPedantic, "max_waiting must not be negative", 0);
    }
    if (ackPendingMax < -1) {
      ackPendingMax = mended(true, isPedantic, "max_ack_pending must be set to -1", -1);
    }
    if (requestBatchMax < 0) {
      requestBatchMax = mended(true, isPedantic, "max_batch must not be negative", 0);
    }
    if (requestExpiresMaxNs < 0) {
      requestExpiresMaxNs = mended(true, isPedantic, "max_expires must not be negative", 0);
    }
    if (requestBytesMax < 0) {
      requestBytesMax = mended(true, isPedantic, "max_bytes must not be negative", 0);
    }
    if (idleHeartbeatNs < 0) {
      idleHeartbeatNs = mended(true, isPedantic, "idle_heartbeat must not be negative", 0);
    }
    if (inactiveThresholdNs < 0) {
      inactiveThresholdNs = mended(true, isPedantic, "inactive_threshold must not be negative", 0);
    }
    if (priorityTimeoutNs < 0) {
      priorityTimeoutNs = mended(true, isPedantic, "priority_timeout must not be negative", 0);
    }
    if (deliverSubject.isEmpty() && waitingMax == 0) {
      waitingMax = WAITING_DEFAULT;
    }
    final boolean isAcked = ackPolicy == AckPolicy.EXPLICIT || ackPolicy == AckPolicy.ALL;
    if (ackWaitNs == 0 && isAcked) {
      ackWaitNs = ACK_WAIT_DEFAULT_NS;
    }
    if (!backoffNs.isEmpty()) {
      final long first = backoffNs.getFirst();
      ackWaitNs =
          mended(
              ackWaitNs != first,
              isPedantic,
              "first backoff value has to equal batch AckWait",
              first);
    }
    if (ackPendingMax == 0) {
      ackPendingMax =
          mended(
              stream.consumerLimits().ackPendingMax() > 0,
              isPedantic,
              "max_ack_pending must be set if it's configured in stream limits",
              stream.consumerLimits().ackPendingMax());
    }
    if (inactiveThresholdNs == 0) {
      inactiveThresholdNs =
          mended(
              stream.consumerLimits().inactiveThresholdNs() > 0,
              isPedantic,
              "inactive_threshold must be set if it's configured in stream limits",
              stream.consumerLimits().inactiveThresholdNs());
    }
    if (ackPendingMax == 0 && ackPolicy != AckPolicy.NONE) {
      ackPendingMax =
          limits.ackPendingMax() == JetStreamLimits.NONE
              ? ACK_PENDING_DEFAULT
              : Math.min(ACK_PENDING_DEFAULT, limits.ackPendingMax());
    }
    if (priorityPolicy == ConsumerConfig.Priority.PINNED_CLIENT && priorityTimeoutNs == 0) {
      priorityTimeoutNs = PRIORITY_TIMEOUT_DEFAULT_NS;
    }
    if (ackPolicy == AckPolicy.FLOW_CONTROL && !isPedantic) {
      hasFlowControl = true;
      idleHeartbeatNs = FLOW_CONTROL_HEARTBEAT_NS;
    }
  }

  private static long mended(
      final boolean isWrong, final boolean isPedantic, final String text, final long value) {
    if (isWrong && isPedantic) {
      throw ApiErrors.PEDANTIC.with(text);
    }
    return value;
  }

  /** Refuses what cannot be; after {@link #complete}. */
  public void check(final StreamConfig stream, final JetStreamLimits limits) {
    if (!name.isEmpty() && !isAssetName(name)) {
      throw ApiErrors.STREAM_INVALID_CONFIG.with(
          "consumer name can not contain '.', '*', '>', '\\', '/'");
    }
    if (!durableName.isEmpty() && !isAssetName(durableName)) {
      throw ApiErrors.STREAM_INVALID_CONFIG.with(
          "consumer durable name can not contain '.', '*', '>', '\\', '/'");
    }
    if (replicas > 1) {
      throw ApiErrors.CONSUMER_REPLICAS_EXCEEDS_STREAM.exception();
    }
    if (replicas < 0) {
      throw ApiErrors.REPLICAS_COUNT_CANNOT_BE_NEGATIVE.exception();
    }
    checkAcks();
    if (description.length() > DESCRIPTION_LENGTH_MAX) {
      throw ApiErrors.CONSUMER_DESCRIPTION_TOO_LONG.with(DESCRIPTION_LENGTH_MAX);
    }
    if (deliverSubject.isEmpty()) {
      checkPull(stream);
    } else {
      checkPush(stream);
    }
    checkLimits(stream, limits);
    checkFilters();
    checkStart();
    checkSampling();
    if (hasFlowControl && idleHeartbeatNs == 0) {
      throw ApiErrors.CONSUMER_WITH_FLOW_CONTROL_NEEDS_HEARTBEATS.exception();
    }
    if (!durableName.isEmpty() && !name.isEmpty() && !name.equals(durableName)) {
      throw ApiErrors.CONSUMER_CREATE_DURABLE_AND_NAME_MISMATCH.exception();
    }
    checkMetadata();
    checkPriority();
  }

  /** Work queues: one consumer per message, acknowledged one by one. For new consumers only. */
  public void checkWorkQueue(final StreamConfig stream) {
    if (stream.retention() != StreamConfig.Retention.WORKQUEUE || isDirect || isSourcing) {
      return;
    }
    if (ackPolicy != AckPolicy.EXPLICIT && ackPolicy != AckPolicy.FLOW_CONTROL) {
      throw ApiErrors.CONSUMER_WQ_REQUIRES_EXPLICIT_ACK.exception();
    }
    if (deliverPolicy != DeliverPolicy.ALL) {
      throw ApiErrors.CONSUMER_WQ_CONSUMER_NOT_DELIVER_ALL.exception();
    }
  }

  public void checkNameLength() {
    if (durableName.length() > NAME_LENGTH_MAX) {
      throw ApiErrors.CONSUMER_NAME_TOO_LONG.with(NAME_LENGTH_MAX);
    }
  }

  private void checkAcks() {
    for (final long pause : backoffNs) {
      if (pause < 0) {
        throw ApiErrors.CONSUMER_BACK_OFF_NEGATIVE.exception();
      }
    }
    if (ackWaitNs < 0) {
      throw ApiErrors.CONSUMER_ACK_WAIT_NEGATIVE.exception();
    }
    if (ackPolicy == AckPolicy.FLOW_CONTROL) {
      if (deliverSubject.isEmpty()) {
        throw ApiErrors.CONSUMER_ACK_FC_REQUIRES_PUSH.exception();
      }
      if (!hasFlowControl) {
        throw ApiErrors.CONSUMER_ACK_FC_REQUIRES_FC.exception();
      }
      if (idleHeartbeatNs != FLOW_CONTROL_HEARTBEAT_NS) {
        throw ApiErrors.STREAM_INVALID_CONFIG.with(
            "flow control ack policy heartbeat needs to be 1s");
      }
      if (ackPendingMax <= 0) {
        throw ApiErrors.CONSUMER_ACK_FC_REQUIRES_MAX_ACK_PENDING.exception();
      }
      if (ackWaitNs != 0 || !backoffNs.isEmpty()) {
        throw ApiErrors.CONSUMER_ACK_FC_REQUIRES_NO_ACK_WAIT.exception();
      }
      if (deliveriesMax > 0) {
        throw ApiErrors.CONSUMER_ACK_FC_REQUIRES_NO_MAX_DELIVER.exception();
      }
    }
    if (!backoffNs.isEmpty() && deliveriesMax != -1 && backoffNs.size() > deliveriesMax) {
      throw ApiErrors.CONSUMER_MAX_DELIVER_BACKOFF.exception();
    }
  }

  private void checkPush(final StreamConfig stream) {
    if (hasWildcard(deliverSubject)) {
      throw ApiErrors.CONSUMER_DELIVER_TO_WILDCARDS.exception();
    }
    if (!SubjectPatterns.isValid(deliverSubject)) {
      throw ApiErrors.CONSUMER_INVALID_DELIVER_SUBJECT.exception();
    }
    for (final String subject : stream.subjects()) {
      if (SubjectPatterns.isSubset(deliverSubject, subject)) {
        throw ApiErrors.CONSUMER_DELIVER_CYCLE.exception();
      }
    }
    if (waitingMax != 0) {
      throw ApiErrors.CONSUMER_PUSH_MAX_WAITING.exception();
    }
    if (ackPendingMax > 0 && ackPolicy == AckPolicy.NONE) {
      throw ApiErrors.CONSUMER_MAX_PENDING_ACK_POLICY_REQUIRED.exception();
    }
    if (idleHeartbeatNs > 0 && idleHeartbeatNs < HEARTBEAT_MIN_NS) {
      throw ApiErrors.CONSUMER_SMALL_HEARTBEAT.exception();
    }
  }

  private void checkPull(final StreamConfig stream) {
    if (ackPolicy == AckPolicy.NONE && stream.retention() == StreamConfig.Retention.WORKQUEUE) {
      throw ApiErrors.CONSUMER_PULL_REQUIRES_ACK.exception();
    }
    if (rateLimitBps > 0) {
      throw ApiErrors.CONSUMER_PULL_WITH_RATE_LIMIT.exception();
    }
    if (idleHeartbeatNs > 0) {
      throw ApiErrors.CONSUMER_HB_REQUIRES_PUSH.exception();
    }
    if (hasFlowControl) {
      throw ApiErrors.CONSUMER_FC_REQUIRES_PUSH.exception();
    }
    if (requestExpiresMaxNs != 0 && requestExpiresMaxNs < REQUEST_EXPIRES_MIN_NS) {
      throw ApiErrors.CONSUMER_MAX_REQUEST_EXPIRES_TOO_SMALL.exception();
    }
  }

  private void checkLimits(final StreamConfig stream, final JetStreamLimits limits) {
    final int max = limits.ackPendingMax();
    if (max != JetStreamLimits.NONE
        && ackPolicy != AckPolicy.NONE
        && (ackPendingMax > max || ackPendingMax < 0)) {
      throw ApiErrors.CONSUMER_MAX_PENDING_ACK_EXCESS.with(max);
    }
    if (stream.consumerLimits().ackPendingMax() > 0
        && ackPendingMax > stream.consumerLimits().ackPendingMax()) {
      throw ApiErrors.CONSUMER_MAX_PENDING_ACK_EXCESS.with(stream.consumerLimits().ackPendingMax());
    }
    if (stream.consumerLimits().inactiveThresholdNs() > 0
        && inactiveThresholdNs > stream.consumerLimits().inactiveThresholdNs()) {
      throw ApiErrors.CONSUMER_INACTIVE_THRESHOLD_EXCESS.with(
          ConsumerDuration.text(stream.consumerLimits().inactiveThresholdNs()));
    }
    if (isDirect) {
      if (deliverSubject.isEmpty()) {
        throw ApiErrors.CONSUMER_DIRECT_REQUIRES_PUSH.exception();
      }
      if (!durableName.isEmpty()) {
        throw ApiErrors.CONSUMER_DIRECT_REQUIRES_EPHEMERAL.exception();
      }
    }
  }

  private void checkFilters() {
    if (!filterSubject.isEmpty() && !filterSubjects.isEmpty()) {
      throw ApiErrors.CONSUMER_DUPLICATE_FILTER_SUBJECTS.exception();
    }
    if (!filterSubject.isEmpty() && !SubjectPatterns.isValid(filterSubject)) {
      throw ApiErrors.STREAM_INVALID_CONFIG.with("invalid subject");
    }
    if (filterSubjects.contains("")) {
      throw ApiErrors.CONSUMER_EMPTY_FILTER.exception();
    }
    for (int i = 0; i < filterSubjects.size(); i++) {
      if (!SubjectPatterns.isValid(filterSubjects.get(i))) {
        throw ApiErrors.STREAM_INVALID_CONFIG.with("invalid subject");
      }
      for (int j = 0; j < filterSubjects.size(); j++) {
        if (i != j && SubjectPatterns.isSubset(filterSubjects.get(i), filterSubjects.get(j))) {
          throw ApiErrors.CONSUMER_OVERLAPPING_SUBJECT_FILTERS.exception();
        }
      }
    }
  }

  private void checkStart() {
    switch (deliverPolicy) {
      case ALL, LAST, NEW, LAST_PER_SUBJECT -> {
        if (startSequence > 0) {
          throw alsoSet("sequence");
        }
        if (startTime.isPresent()) {
          throw alsoSet("time");
        }
        if (deliverPolicy == DeliverPolicy.LAST_PER_SUBJECT
            && filterSubject.isEmpty()
            && filterSubjects.isEmpty()) {
          throw notSet("filter subject");
        }
      }
      case BY_START_SEQUENCE -> {
        if (startSequence == 0) {
          throw notSet("start sequence");
        }
        if (startTime.isPresent()) {
          throw alsoSet("time");
        }
      }
      case BY_START_TIME -> {
        if (startTime.isEmpty()) {
          throw notSet("start time");
        }
        if (startSequence != 0) {
          throw alsoSet("start sequence");
        }
      }
    }
  }

  private ApiException alsoSet(final String what) {
    return ApiErrors.CONSUMER_INVALID_POLICY.with(
        "consumer delivery policy is deliver "
            + deliverPolicy.words()
            + ", but optional start "
            + what
            + " is also set");
  }

  private ApiException notSet(final String what) {
    return ApiErrors.CONSUMER_INVALID_POLICY.with(
        "consumer delivery policy is deliver "
            + deliverPolicy.words()
            + ", but optional "
            + what
            + " is not set");
  }

  private void checkSampling() {
    if (sampleFrequency.isEmpty()) {
      return;
    }
    final String number =
        sampleFrequency.endsWith("%")
            ? sampleFrequency.substring(0, sampleFrequency.length() - 1)
            : sampleFrequency;
    try {
      if (Integer.parseInt(number) < 0) {
        throw ApiErrors.CONSUMER_INVALID_SAMPLING.with("<nil>");
      }
    } catch (final NumberFormatException e) {
      throw ApiErrors.CONSUMER_INVALID_SAMPLING.with(
          "strconv.Atoi: parsing \"" + number + "\": invalid syntax");
    }
  }

  private void checkMetadata() {
    int length = 0;
    for (final Map.Entry<String, String> entry : metadata.entrySet()) {
      length += entry.getKey().length() + entry.getValue().length();
    }
    if (length > METADATA_LENGTH_MAX) {
      throw ApiErrors.CONSUMER_METADATA_LENGTH.with(METADATA_LENGTH_MAX / 1024 + "KB");
    }
  }

  private void checkPriority() {
    if (priorityPolicy == ConsumerConfig.Priority.NONE) {
      if (!priorityGroups.isEmpty()) {
        throw ApiErrors.CONSUMER_PRIORITY_GROUP_WITH_POLICY_NONE.exception();
      }
      if (priorityTimeoutNs > 0) {
        throw ApiErrors.CONSUMER_PINNED_TTL_WITHOUT_PRIORITY_POLICY_NONE.exception();
      }
      return;
    }
    if (!deliverSubject.isEmpty()) {
      throw ApiErrors.CONSUMER_PUSH_WITH_PRIORITY_GROUP.exception();
    }
    if (priorityGroups.isEmpty()) {
      throw ApiErrors.CONSUMER_PRIORITY_POLICY_WITHOUT_GROUP.exception();
    }
    for (final String group : priorityGroups) {
      if (group.isEmpty()) {
        throw ApiErrors.CONSUMER_EMPTY_GROUP_NAME.exception();
      }
      if (!isGroupName(group)) {
        throw ApiErrors.CONSUMER_INVALID_GROUP_NAME.exception();
      }
    }
  }

  private static boolean hasWildcard(final String subject) {
    for (final String token : SubjectPatterns.tokens(subject)) {
      if (token.equals("*") || token.equals(">")) {
        return true;
      }
    }
    return false;
  }

  public static boolean isGroupName(final String group) {
    return GROUP_NAME.matcher(group).matches();
  }

  /** Whether a consumer may be called so. */
  static boolean isAssetName(final String text) {
    for (int i = 0; i < text.length(); i++) {
      final char c = text.charAt(i);
      if (c == '.' || c == '*' || c == '>' || c == '\\' || c == '/' || c <= ' ' || c == 0x7F) {
        return false;
      }
    }
    return !text.isEmpty();
  }

  /** The configuration as it will be kept. */
  public ConsumerConfig toConfig() {
    return new ConsumerConfig(
        durableName,
        name,
        description,
        deliverPolicy,
        startSequence,
        startTime,
        ackPolicy,
        ackWaitNs,
        clamped(deliveriesMax),
        List.copyOf(backoffNs),
        filterSubject,
        List.copyOf(filterSubjects),
        replayPolicy,
        rateLimitBps,
        sampleFrequency,
        clamped(waitingMax),
        clamped(ackPendingMax),
        hasFlowControl,
        isHeadersOnly,
        clamped(requestBatchMax),
        requestExpiresMaxNs,
        clamped(requestBytesMax),
        deliverSubject,
        deliverGroup,
        idleHeartbeatNs,
        inactiveThresholdNs,
        (int) replicas,
        isMemoryStored,
        isDirect,
        isSourcing,
        new TreeMap<>(metadata),
        pauseUntil,
        List.copyOf(priorityGroups),
        priorityPolicy,
        priorityTimeoutNs);
  }

  /** A draft that says what {@code config} says. */
  public static ConsumerDraft of(final ConsumerConfig config) {
    final ConsumerDraft draft = new ConsumerDraft();
    draft.durableName = config.durableName();
    draft.name = config.name();
    draft.description = config.description();
    draft.deliverPolicy = config.deliverPolicy();
    draft.startSequence = config.startSequence();
    draft.startTime = config.startTime();
    draft.ackPolicy = config.ackPolicy();
    draft.ackWaitNs = config.ackWaitNs();
    draft.deliveriesMax = config.deliveriesMax();
    draft.backoffNs = config.backoffNs();
    draft.filterSubject = config.filterSubject();
    draft.filterSubjects = config.filterSubjects();
    draft.replayPolicy = config.replayPolicy();
    draft.rateLimitBps = config.rateLimitBps();
    draft.sampleFrequency = config.sampleFrequency();
    draft.waitingMax = config.waitingMax();
    draft.ackPendingMax = config.ackPendingMax();
    draft.hasFlowControl = config.hasFlowControl();
    draft.isHeadersOnly = config.isHeadersOnly();
    draft.requestBatchMax = config.requestBatchMax();
    draft.requestExpiresMaxNs = config.requestExpiresMaxNs();
    draft.requestBytesMax = config.requestBytesMax();
    draft.deliverSubject = config.deliverSubject();
    draft.deliverGroup = config.deliverGroup();
    draft.idleHeartbeatNs = config.idleHeartbeatNs();
    draft.inactiveThresholdNs = config.inactiveThresholdNs();
    draft.replicas = config.replicas();
    draft.isMemoryStored = config.isMemoryStored();
    draft.isDirect = config.isDirect();
    draft.isSourcing = config.isSourcing();
    draft.metadata = new TreeMap<>(config.metadata());
    draft.pauseUntil = config.pauseUntil();
    draft.priorityGroups = new ArrayList<>(config.priorityGroups());
    draft.priorityPolicy = config.priorityPolicy();
    draft.priorityTimeoutNs = config.priorityTimeoutNs();
    return draft;
  }

  private static int clamped(final long value) {
    return (int) Math.min(value, Integer.MAX_VALUE);
  }
}
