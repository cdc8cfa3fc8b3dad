package io.mothership.jetstream.model;

import io.mothership.json.JsonException;
import io.mothership.json.JsonObject;
import io.mothership.json.JsonText;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A stream's configuration as the JetStream API knows it. Limits of -1 are none; durations are ns.
 *
 * <p>{@link #parse} reads what a client sent, {@link #checked} fills defaults and refuses what
 * makes no sense, with nats-server's words.
 */
public record StreamConfig(
    String name,
    String description,
    List<String> subjects,
    Retention retention,
    long consumersMax,
    long messagesMax,
    long bytesMax,
    long ageMaxNs,
    long messagesPerSubjectMax,
    int messageSizeMax,
    Discard discard,
    Storage storage,
    int replicas,
    boolean isNoAck,
    long duplicateWindowNs,
    String compression,
    long firstSequence,
    boolean isDirectAllowed,
    boolean isMirrorDirect,
    boolean isDiscardNewPerSubject,
    boolean isSealed,
    boolean isDeleteDenied,
    boolean isPurgeDenied,
    boolean isRollupAllowed,
    ConsumerLimits consumerLimits,
    boolean isTtlAllowed,
    long subjectDeleteMarkerTtlNs,
    String persistMode,
    Map<String, String> metadata) {

  /** When a message may go before its limits say so. */
  public enum Retention {
    LIMITS("limits"),
    INTEREST("interest"),
    WORKQUEUE("workqueue");

    private final String text;

    Retention(final String text) {
      this.text = text;
    }

    @Override
    public String toString() {
      return text;
    }
  }

  /** What happens to a publish into a full stream. */
  public enum Discard {
    OLD("old"),
    NEW("new");

    private final String text;

    Discard(final String text) {
      this.text = text;
    }

    @Override
    public String toString() {
      return text;
    }
  }

  /** Whether the stream outlives a restart. */
  public enum Storage {
    FILE("file"),
    MEMORY("memory");

    private final String text;

    Storage(final String text) {
      this.text = text;
    }

    @Override
    public String toString() {
      return text;
    }
  }

  /** Defaults and bounds of the stream's consumers, 0 = none. */
  record ConsumerLimits(long inactiveThresholdNs, long ackPendingMax) {}

  /** Metadata key that sets the sync policy: {@code always} or {@code interval}. */
  public static final String SYNC_KEY = "mothership.sync";

  /**
   * Fields whose meaning is not implemented: a request that sets one is refused, not half obeyed.
   */
  private static final List<String> UNSUPPORTED =
      List.of(
          "mirror",
          "sources",
          "subject_transform",
          "republish",
          "allow_msg_counter",
          "allow_atomic",
          "allow_msg_schedules",
          "allow_batched");

  public StreamConfig {
    subjects = List.copyOf(subjects);
    metadata = Collections.unmodifiableMap(new TreeMap<>(metadata));
  }

  /**
   * Reads a configuration; absent members have the zero values of {@link #checked}'s defaults,
   * unknown ones are ignored.
   *
   * @throws JsonException if a member has the wrong type
   */
  public static StreamConfig parse(final JsonObject json) {
    for (final String field : UNSUPPORTED) {
      if (isSet(json.members().get(field))) {
        throw ApiErrors.STREAM_INVALID_CONFIG.with(field + " is not supported");
      }
    }
    final JsonObject limits = json.object("consumer_limits");
    return new StreamConfig(
        json.string("name", ""),
        json.string("description", ""),
        json.strings("subjects"),
        choice(Retention.values(), json.string("retention", "limits")),
        json.number("max_consumers", 0),
        json.number("max_msgs", 0),
        json.number("max_bytes", 0),
        json.number("max_age", 0),
        json.number("max_msgs_per_subject", 0),
        number32(json, "max_msg_size"),
        choice(Discard.values(), json.string("discard", "old")),
        choice(Storage.values(), json.string("storage", "file")),
        number32(json, "num_replicas"),
        json.bool("no_ack", false),
        json.number("duplicate_window", 0),
        compression(json.string("compression", "none")),
        json.count("first_seq", 0),
        json.bool("allow_direct", false),
        json.bool("mirror_direct", false),
        json.bool("discard_new_per_subject", false),
        json.bool("sealed", false),
        json.bool("deny_delete", false),
        json.bool("deny_purge", false),
        json.bool("allow_rollup_hdrs", false),
        new ConsumerLimits(
            limits.number("inactive_threshold", 0), limits.number("max_ack_pending", 0)),
        json.bool("allow_msg_ttl", false),
        json.number("subject_delete_marker_ttl", 0),
        json.string("persist_mode", ""),
        json.stringMap("metadata"));
  }

  /**
   * The configuration with defaults filled in.
   *
   * @throws ApiException if it makes no sense
   */
  public StreamConfig checked() {
    return StreamConfigRules.check(this);
  }

  /** Writes the members; {@code shownMetadata} stands for {@link #metadata}. */
  public void write(final JsonText json, final Map<String, String> shownMetadata) {
    json.member("name", name)
        .memberIfAny("description", description)
        .strings("subjects", subjects)
        .member("retention", retention.toString())
        .member("max_consumers", consumersMax)
        .member("max_msgs", messagesMax)
        .member("max_bytes", bytesMax)
        .member("max_age", ageMaxNs)
        .member("max_msgs_per_subject", messagesPerSubjectMax)
        .memberIfAny("max_msg_size", messageSizeMax)
        .member("discard", discard.toString())
        .member("storage", storage.toString())
        .member("num_replicas", replicas)
        .memberIfAny("no_ack", isNoAck)
        .memberIfAny("duplicate_window", duplicateWindowNs)
        .member("compression", compression)
        .memberIfAny("first_seq", firstSequence)
        .member("allow_direct", isDirectAllowed)
        .member("mirror_direct", isMirrorDirect)
        .memberIfAny("discard_new_per_subject", isDiscardNewPerSubject)
        .member("sealed", isSealed)
        .member("deny_delete", isDeleteDenied)
        .member("deny_purge", isPurgeDenied)
        .member("allow_rollup_hdrs", isRollupAllowed)
        .object("consumer_limits")
        .memberIfAny("inactive_threshold", consumerLimits.inactiveThresholdNs)
        .memberIfAny("max_ack_pending", consumerLimits.ackPendingMax)
        .end()
        .member("allow_msg_ttl", isTtlAllowed)
        .memberIfAny("subject_delete_marker_ttl", subjectDeleteMarkerTtlNs)
        .memberIfAny("persist_mode", persistMode)
        .stringMap("metadata", shownMetadata);
  }

  /**
   * The same with the metadata nats-server keeps: which API level the configuration needs, and
   * nothing a client says about that.
   */
  public StreamConfig withApiLevel() {
    final Map<String, String> kept = new TreeMap<>(metadata);
    kept.keySet().removeIf(key -> key.startsWith("_nats."));
    final boolean needsTtl = isTtlAllowed || subjectDeleteMarkerTtlNs > 0;
    kept.put("_nats.req.level", persistMode.isEmpty() ? needsTtl ? "1" : "0" : "2");
    return new StreamConfig(
        name,
        description,
        subjects,
        retention,
        consumersMax,
        messagesMax,
        bytesMax,
        ageMaxNs,
        messagesPerSubjectMax,
        messageSizeMax,
        discard,
        storage,
        replicas,
        isNoAck,
        duplicateWindowNs,
        compression,
        firstSequence,
        isDirectAllowed,
        isMirrorDirect,
        isDiscardNewPerSubject,
        isSealed,
        isDeleteDenied,
        isPurgeDenied,
        isRollupAllowed,
        consumerLimits,
        isTtlAllowed,
        subjectDeleteMarkerTtlNs,
        persistMode,
        kept);
  }

  /** What sealing means for the other settings. */
  StreamConfig sealedOff() {
    return new StreamConfig(
        name,
        description,
        subjects,
        retention,
        consumersMax,
        messagesMax,
        bytesMax,
        0,
        messagesPerSubjectMax,
        messageSizeMax,
        Discard.NEW,
        storage,
        replicas,
        isNoAck,
        duplicateWindowNs,
        compression,
        firstSequence,
        isDirectAllowed,
        isMirrorDirect,
        isDiscardNewPerSubject,
        isSealed,
        true,
        true,
        false,
        consumerLimits,
        isTtlAllowed,
        subjectDeleteMarkerTtlNs,
        persistMode,
        metadata);
  }

  public boolean isMemory() {
    return storage == Storage.MEMORY;
  }

  private static int number32(final JsonObject json, final String name) {
    final long value = json.number(name, 0);
    if (value != (int) value) {
      throw new JsonException(
          "json: cannot unmarshal number " + value + " into field " + name + " of type int32");
    }
    return (int) value;
  }

  private static <E> E choice(final E[] choices, final String text) {
    for (final E choice : choices) {
      if (choice.toString().equals(text)) {
        return choice;
      }
    }
    throw new JsonException("can not unmarshal \"\\\"" + text + "\\\"\"");
  }

  private static String compression(final String text) {
    if (text.equals("none") || text.equals("s2")) {
      return text;
    }
    throw new JsonException("unknown compression algorithm");
  }

  private static boolean isSet(final Object value) {
    return switch (value) {
      case null -> false;
      case Boolean flag -> flag;
      case List<?> list -> !list.isEmpty();
      default -> true;
    };
  }
}
