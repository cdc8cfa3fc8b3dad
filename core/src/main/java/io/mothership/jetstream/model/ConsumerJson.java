package io.mothership.jetstream.model;

import io.mothership.json.JsonException;
import io.mothership.json.JsonObject;
import io.mothership.json.JsonText;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Consumer configurations in the JSON of the API. Unknown members are refused, wrong types are
 * named as clients know it.
 *
 * <p>Any thread, stateless. Not for the message path.
 */
public final class ConsumerJson {
  private static final String CONFIG_PATH = "CreateConsumerRequest.config.";
  private static final OffsetDateTime ZERO_TIME =
      OffsetDateTime.of(1, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC);

  private ConsumerJson() {}

  /** What {@code CONSUMER.CREATE} asks for. */
  public record CreateRequest(
      String stream, ConsumerDraft config, Action action, boolean isPedantic) {}

  /** What a create request may do. */
  public enum Action {
    CREATE_OR_UPDATE(""),
    CREATE("create"),
    UPDATE("update");

    private final String wireName;

    Action(final String wireName) {
      this.wireName = wireName;
    }
  }

  /**
   * Reads a create request.
   *
   * @throws JsonException if it is not one
   */
  public static CreateRequest parseCreate(final JsonObject json) {
    String stream = "";
    ConsumerDraft config = new ConsumerDraft();
    Action action = Action.CREATE_OR_UPDATE;
    boolean isPedantic = false;
    for (final Map.Entry<String, Object> member : json.members().entrySet()) {
      final Object value = member.getValue();
      final String path = "CreateConsumerRequest." + member.getKey();
      switch (member.getKey()) {
        case "stream_name" -> stream = string(value, path);
        case "config" -> {
          if (!(value instanceof JsonObject object)) {
            throw wrongType(value, path, "server.ConsumerConfig");
          }
          config = parseConfig(object);
        }
        case "action" -> action = action(value);
        case "pedantic" -> isPedantic = bool(value, path);
        default -> throw unknown(member.getKey());
      }
    }
    return new CreateRequest(stream, config, action, isPedantic);
  }

  public static ConsumerDraft parseConfig(final JsonObject json) {
    final ConsumerDraft draft = new ConsumerDraft();
    for (final Map.Entry<String, Object> member : json.members().entrySet()) {
      parseMember(draft, member.getKey(), member.getValue(), CONFIG_PATH + member.getKey());
    }
    return draft;
  }

  private static void parseMember(
      final ConsumerDraft draft, final String name, final Object value, final String path) {
    switch (name) {
      case "durable_name" -> draft.durableName = string(value, path);
      case "name" -> draft.name = string(value, path);
      case "description" -> draft.description = string(value, path);
      case "deliver_policy" -> draft.deliverPolicy = deliverPolicy(value);
      case "opt_start_seq" -> draft.startSequence = count(value, path);
      case "opt_start_time" -> draft.startTime = Optional.of(time(value, path));
      case "ack_policy" -> draft.ackPolicy = ackPolicy(value);
      case "ack_wait" -> draft.ackWaitNs = duration(value, path);
      case "max_deliver" -> draft.deliveriesMax = number(value, path);
      case "backoff" -> draft.backoffNs = durations(value, path);
      case "filter_subject" -> draft.filterSubject = string(value, path);
      case "filter_subjects" -> draft.filterSubjects = strings(value, path);
      case "replay_policy" -> draft.replayPolicy = replayPolicy(value);
      case "rate_limit_bps" -> draft.rateLimitBps = count(value, path);
      case "sample_freq" -> draft.sampleFrequency = string(value, path);
      case "max_waiting" -> draft.waitingMax = number(value, path);
      case "max_ack_pending" -> draft.ackPendingMax = number(value, path);
      case "flow_control" -> draft.hasFlowControl = bool(value, path);
      case "headers_only" -> draft.isHeadersOnly = bool(value, path);
      case "max_batch" -> draft.requestBatchMax = number(value, path);
      case "max_expires" -> draft.requestExpiresMaxNs = duration(value, path);
      case "max_bytes" -> draft.requestBytesMax = number(value, path);
      case "deliver_subject" -> draft.deliverSubject = string(value, path);
      case "deliver_group" -> draft.deliverGroup = string(value, path);
      case "idle_heartbeat" -> draft.idleHeartbeatNs = duration(value, path);
      case "inactive_threshold" -> draft.inactiveThresholdNs = duration(value, path);
      case "num_replicas" -> draft.replicas = number(value, path);
      case "mem_storage" -> draft.isMemoryStored = bool(value, path);
      case "direct" -> draft.isDirect = bool(value, path);
      case "sourcing" -> draft.isSourcing = bool(value, path);
      case "metadata" -> draft.metadata = stringMap(value, path);
      case "pause_until" -> draft.pauseUntil = pauseUntil(value, path);
      case "priority_groups" -> draft.priorityGroups = strings(value, path);
      case "priority_policy" -> draft.priorityPolicy = priorityPolicy(value);
      case "priority_timeout" -> draft.priorityTimeoutNs = duration(value, path);
      default -> throw unknown(name);
    }
  }

  /** Writes the members; {@code metadata} stands for the configuration's own. */
  public static void write(
      final JsonText json, final ConsumerConfig config, final Map<String, String> metadata) {
    json.memberIfAny("durable_name", config.durableName())
        .memberIfAny("name", config.name())
        .memberIfAny("description", config.description())
        .member("deliver_policy", config.deliverPolicy().wireName())
        .memberIfAny("opt_start_seq", config.startSequence());
    config.startTime().ifPresent(time -> json.member("opt_start_time", timeText(time)));
    json.member("ack_policy", config.ackPolicy().wireName())
        .memberIfAny("ack_wait", config.ackWaitNs())
        .memberIfAny("max_deliver", config.deliveriesMax());
    if (!config.backoffNs().isEmpty()) {
      json.array("backoff");
      config.backoffNs().forEach(json::item);
      json.endArray();
    }
    json.memberIfAny("filter_subject", config.filterSubject())
        .strings("filter_subjects", config.filterSubjects())
        .member("replay_policy", config.replayPolicy().wireName())
        .memberIfAny("rate_limit_bps", config.rateLimitBps())
        .memberIfAny("sample_freq", config.sampleFrequency())
        .memberIfAny("max_waiting", config.waitingMax())
        .memberIfAny("max_ack_pending", config.ackPendingMax())
        .memberIfAny("flow_control", config.hasFlowControl())
        .memberIfAny("headers_only", config.isHeadersOnly())
        .memberIfAny("max_batch", config.requestBatchMax())
        .memberIfAny("max_expires", config.requestExpiresMaxNs())
        .memberIfAny("max_bytes", config.requestBytesMax())
        .memberIfAny("deliver_subject", config.deliverSubject())
        .memberIfAny("deliver_group", config.deliverGroup())
        .memberIfAny("idle_heartbeat", config.idleHeartbeatNs())
        .memberIfAny("inactive_threshold", config.inactiveThresholdNs())
        .member("num_replicas", config.replicas())
        .memberIfAny("mem_storage", config.isMemoryStored())
        .memberIfAny("direct", config.isDirect())
        .memberIfAny("sourcing", config.isSourcing())
        .stringMap("metadata", metadata);
    config.pauseUntil().ifPresent(time -> json.member("pause_until", timeText(time)));
    json.strings("priority_groups", config.priorityGroups());
    if (config.priorityPolicy() != ConsumerConfig.Priority.NONE) {
      json.member("priority_policy", config.priorityPolicy().wireName());
    }
    json.memberIfAny("priority_timeout", config.priorityTimeoutNs());
  }

  /** The time of a request to pause; none for an absent or a zero one. */
  public static Optional<OffsetDateTime> pauseUntil(final Object value, final String path) {
    final OffsetDateTime time = time(value, path);
    return time.isEqual(ZERO_TIME) ? Optional.empty() : Optional.of(time);
  }

  public static String timeText(final OffsetDateTime time) {
    return DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(time);
  }

  private static Action action(final Object value) {
    for (final Action action : Action.values()) {
      if (action.wireName.equals(value)) {
        return action;
      }
    }
    throw new JsonException("unknown consumer action: " + quoted(value));
  }

  private static AckPolicy ackPolicy(final Object value) {
    for (final AckPolicy policy : AckPolicy.values()) {
      if (policy.wireName().equals(value)) {
        return policy;
      }
    }
    throw notAChoice(value);
  }

  private static DeliverPolicy deliverPolicy(final Object value) {
    if ("undefined".equals(value)) {
      return DeliverPolicy.ALL;
    }
    for (final DeliverPolicy policy : DeliverPolicy.values()) {
      if (policy.wireName().equals(value)) {
        return policy;
      }
    }
    throw notAChoice(value);
  }

  private static ConsumerConfig.Replay replayPolicy(final Object value) {
    for (final ConsumerConfig.Replay policy : ConsumerConfig.Replay.values()) {
      if (policy.wireName().equals(value)) {
        return policy;
      }
    }
    throw notAChoice(value);
  }

  private static ConsumerConfig.Priority priorityPolicy(final Object value) {
    for (final ConsumerConfig.Priority policy : ConsumerConfig.Priority.values()) {
      if (policy.wireName().equals(value)) {
        return policy;
      }
    }
    throw new JsonException("unknown priority policy: " + quoted(value));
  }

  private static JsonException notAChoice(final Object value) {
    return new JsonException("can not unmarshal \"" + quoted(value).replace("\"", "\\\"") + "\"");
  }

  private static String quoted(final Object value) {
    return value instanceof String text ? '"' + text + '"' : String.valueOf(value);
  }

  private static OffsetDateTime time(final Object value, final String path) {
    final String text = string(value, path);
    try {
      return OffsetDateTime.parse(text);
    } catch (final DateTimeParseException e) {
      throw new JsonException(
          "parsing time \""
              + text
              + "\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \""
              + text
              + "\" as \"2006\"");
    }
  }

  private static String string(final Object value, final String path) {
    if (value instanceof String text) {
      return text;
    }
    throw wrongType(value, path, "string");
  }

  private static boolean bool(final Object value, final String path) {
    if (value instanceof Boolean flag) {
      return flag;
    }
    throw wrongType(value, path, "bool");
  }

  private static long number(final Object value, final String path) {
    if (value instanceof Long number) {
      return number;
    }
    throw wrongType(value, path, "int");
  }

  private static long count(final Object value, final String path) {
    if (value instanceof Long number) {
      if (number < 0) {
        throw new JsonException(
            "json: cannot unmarshal number "
                + number
                + " into Go struct field "
                + path
                + " of type uint64");
      }
      return number;
    }
    throw wrongType(value, path, "uint64");
  }

  private static long duration(final Object value, final String path) {
    if (value instanceof Long number) {
      return number;
    }
    throw wrongType(value, path, "time.Duration");
  }

  private static List<Long> durations(final Object value, final String path) {
    final List<Long> all = new ArrayList<>();
    for (final Object item : list(value, path, "[]time.Duration")) {
      all.add(duration(item, path));
    }
    return all;
  }

  private static List<String> strings(final Object value, final String path) {
    final List<String> all = new ArrayList<>();
    for (final Object item : list(value, path, "[]string")) {
      all.add(string(item, path));
    }
    return all;
  }

  private static List<?> list(final Object value, final String path, final String type) {
    if (value instanceof List<?> items) {
      return items;
    }
    throw wrongType(value, path, type);
  }

  private static Map<String, String> stringMap(final Object value, final String path) {
    if (!(value instanceof JsonObject object)) {
      throw wrongType(value, path, "map[string]string");
    }
    final Map<String, String> map = new TreeMap<>();
    object.members().forEach((key, item) -> map.put(key, string(item, path)));
    return map;
  }

  private static JsonException unknown(final String name) {
    return new JsonException("json: unknown field \"" + name + "\"");
  }

  private static JsonException wrongType(final Object value, final String path, final String type) {
    final String kind =
        switch (value) {
          case String s -> "string";
          case Boolean b -> "bool";
          case List<?> l -> "array";
          case JsonObject o -> "object";
          default -> "number";
        };
    return new JsonException(
        "json: cannot unmarshal " + kind + " into Go struct field " + path + " of type " + type);
  }
}
