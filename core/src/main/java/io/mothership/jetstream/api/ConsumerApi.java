package io.mothership.jetstream.api;

import io.mothership.clock.Rfc3339;
import io.mothership.frame.MessageView;
import io.mothership.frame.codec.RecordType;
import io.mothership.jetstream.consumer.Consumer;
import io.mothership.jetstream.consumer.ConsumerRegistry;
import io.mothership.jetstream.consumer.Consumers;
import io.mothership.jetstream.consumer.PullTarget;
import io.mothership.jetstream.consumer.Reach;
import io.mothership.jetstream.model.ApiErrors;
import io.mothership.jetstream.model.ApiException;
import io.mothership.jetstream.model.ConsumerConfig;
import io.mothership.jetstream.model.ConsumerDraft;
import io.mothership.jetstream.model.ConsumerJson;
import io.mothership.jetstream.model.ConsumerJson.Action;
import io.mothership.jetstream.model.JetStreamLimits;
import io.mothership.jetstream.model.StreamConfig;
import io.mothership.jetstream.stream.Stream;
import io.mothership.jetstream.stream.StreamHome;
import io.mothership.json.JsonException;
import io.mothership.json.JsonObject;
import io.mothership.json.JsonReader;
import io.mothership.json.JsonText;
import java.nio.charset.StandardCharsets;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The JetStream API's operations on consumers. A change is journaled and answered when its record
 * is synced.
 *
 * <p><i>Thread:</i> ms-dispatch. <i>Allocates:</i> per request.
 */
public final class ConsumerApi {
  private static final String REQUIRED_LEVEL = "Nats-Required-Api-Level:";
  private static final int NAMES_LIMIT = 1024;
  private static final int LIST_LIMIT = 256;
  private static final int GENERATED_NAME_LENGTH = 8;

  private final StreamHome owner;
  private final Consumers home;
  private final ConsumerAdvisories advisories;
  private final ApiReplies replies;

  public ConsumerApi(
      final StreamHome owner,
      final Consumers home,
      final ConsumerAdvisories advisories,
      final ApiReplies replies) {
    this.owner = owner;
    this.home = home;
    this.advisories = advisories;
    this.replies = replies;
  }

  /** Answers a request; one to an unknown operation gets no answer at all. */
  public void onRequest(final ApiRequest request) {
    final String operation = request.token(1).equals("DURABLE") ? "CREATE" : request.token(1);
    final String type = "consumer_" + operation.toLowerCase(Locale.ROOT);
    try {
      checkLevel(request);
      switch (operation) {
        case "CREATE" -> create(request, type);
        case "INFO" -> info(request, type);
        case "DELETE" -> delete(request, type);
        case "NAMES" -> names(request, type);
        case "LIST" -> list(request, type);
        case "PAUSE" -> pause(request, type);
        case "UNPIN" -> unpin(request, type);
        case "RESET" -> reset(request, type);
        default -> {
          // Operations of a cluster.
        }
      }
    } catch (final ApiException e) {
      replies.sendError(request, type, e);
    } catch (final JsonException e) {
      replies.sendError(request, type, ApiErrors.INVALID_JSON.with(e.getMessage()));
    }
  }

  /** Refuses who needs a newer API than this. */
  private static void checkLevel(final ApiRequest request) {
    if (request.headers().length == 0) {
      return;
    }
    for (final String line : new String(request.headers(), StandardCharsets.UTF_8).split("\r\n")) {
      if (line.startsWith(REQUIRED_LEVEL)
          && !isLevel(line.substring(REQUIRED_LEVEL.length()).strip())) {
        throw ApiErrors.REQUIRED_API_LEVEL.exception();
      }
    }
  }

  private static boolean isLevel(final String text) {
    try {
      return Integer.parseInt(text) <= ConsumerReport.API_LEVEL;
    } catch (final NumberFormatException e) {
      return false;
    }
  }

  // Create and update

  private void create(final ApiRequest request, final String type) {
    final ConsumerJson.CreateRequest wanted = ConsumerJson.parseCreate(request.json());
    final ConsumerDraft draft = wanted.config();
    final boolean isDurableForm = request.token(1).equals("DURABLE");
    final int nameAt = isDurableForm ? 4 : 3;
    if (isDurableForm && request.tokens().length != 5) {
      throw ApiErrors.CONSUMER_DURABLE_NAME_NOT_IN_SUBJECT.exception();
    }
    final boolean isNamedForm = !isDurableForm && request.tokens().length > 3;
    final String streamName = request.token(nameAt - 1);
    final String subjectFilter = isNamedForm ? request.tokensFrom(4) : "";
    final String name = isDurableForm || isNamedForm ? request.token(nameAt) : draft.name;
    if (!streamName.equals(wanted.stream())) {
      throw ApiErrors.STREAM_MISMATCH.exception();
    }
    if (name.indexOf('\\') >= 0 || name.indexOf('/') >= 0) {
      throw ApiErrors.CONSUMER_NAME_CONTAINS_PATH_SEPARATORS.exception();
    }
    if (isDurableForm) {
      if (draft.durableName.isEmpty()) {
        throw ApiErrors.CONSUMER_DURABLE_NAME_NOT_SET.exception();
      }
      if (!name.equals(draft.durableName)) {
        throw ApiErrors.CONSUMER_DURABLE_NAME_NOT_MATCH_SUBJECT.exception();
      }
      draft.name = name;
    } else if (isNamedForm) {
      if (!draft.durableName.isEmpty() && !name.equals(draft.durableName)) {
        throw ApiErrors.CONSUMER_DURABLE_NAME_NOT_MATCH_SUBJECT.exception();
      }
      draft.name = name;
    } else if (!draft.durableName.isEmpty()) {
      throw ApiErrors.CONSUMER_EPHEMERAL_WITH_DURABLE_NAME.exception();
    }
    if (!subjectFilter.isEmpty()) {
      if (!draft.filterSubjects.isEmpty()) {
        throw ApiErrors.CONSUMER_MULTIPLE_FILTERS_NOT_ALLOWED.exception();
      }
      if (!draft.filterSubject.equals(subjectFilter)) {
        throw ApiErrors.CONSUMER_CREATE_FILTER_SUBJECT_MISMATCH.exception();
      }
    }
    if (draft.replicas > 1) {
      throw ApiErrors.STREAM_REPLICAS_NOT_SUPPORTED.exception();
    }
    final Stream stream = stream(request, streamName);
    home.registry(stream)
        .find(name)
        .ifPresent(known -> draft.pauseUntil = known.config().pauseUntil());
    draft.stampMetadata();
    draft.complete(stream.config(), owner.config().limits(), wanted.isPedantic());
    draft.check(stream.config(), owner.config().limits());
    final String ownName = draft.durableName.isEmpty() ? draft.name : draft.durableName;
    final Optional<Consumer> known =
        ownName.isEmpty() ? Optional.empty() : home.registry(stream).find(ownName);
    if (known.isPresent() && !Reach.mayUse(request.scope(), known.get())) {
      throw ApiErrors.CONSUMER_NAME_EXIST.exception();
    }
    if (!Reach.mayMake(request.scope(), stream, draft.toConfig())) {
      throw ApiErrors.NOT_PERMITTED.exception();
    }
    if (known.isPresent()) {
      change(request, type, known.get(), draft, wanted.action());
    } else if (wanted.action() == Action.UPDATE) {
      throw ApiErrors.CONSUMER_DOES_NOT_EXIST.exception();
    } else {
      add(request, type, stream, draft);
    }
  }

  private void add(
      final ApiRequest request, final String type, final Stream stream, final ConsumerDraft draft) {
    final ConsumerRegistry registry = home.registry(stream);
    final long max = stream.config().consumersMax();
    if (max > 0 && registry.limitedCount() >= max) {
      throw ApiErrors.MAXIMUM_CONSUMERS_LIMIT.exception();
    }
    if (JetStreamLimits.isReached(owner.config().limits().consumersMax(), home.count())) {
      throw ApiErrors.MAXIMUM_CONSUMERS_LIMIT.exception();
    }
    if (!owner.state().allowsConsumers(Consumer.BASE_BYTES)) {
      throw ApiErrors.MEMORY_RESOURCES_EXCEEDED.exception();
    }
    draft.checkWorkQueue(stream.config());
    if (isWorkQueue(stream) && registry.limitedCount() > 0) {
      final List<String> filters = draft.toConfig().filters();
      if (filters.isEmpty()) {
        throw ApiErrors.CONSUMER_WQ_MULTIPLE_UNFILTERED.exception();
      }
      if (!registry.isUnique(draft.name, filters)) {
        throw ApiErrors.CONSUMER_WQ_CONSUMER_NOT_UNIQUE.exception();
      }
    }
    draft.checkNameLength();
    String name = draft.durableName.isEmpty() ? draft.name : draft.durableName;
    while (name.isEmpty() || registry.find(name).isPresent()) {
      name = home.randomId(GENERATED_NAME_LENGTH);
    }
    if (draft.durableName.isEmpty() && draft.inactiveThresholdNs <= 0) {
      draft.inactiveThresholdNs = ConsumerDraft.INACTIVE_DEFAULT_NS;
    }
    final Consumer consumer =
        new Consumer(home, stream, home.nextId(), name, home.exchange().wallNs(), draft.toConfig());
    consumer.start();
    final long written = consumer.isKept() ? append(consumer, consumer.config()) : 0;
    home.add(consumer);
    consumer.open();
    answer(request, type, written, report(type, consumer, true));
    advisories.onCreated(consumer);
    if (consumer.pauseRemainingNs() > 0) {
      advisories.onPause(consumer);
    }
  }

  private void change(
      final ApiRequest request,
      final String type,
      final Consumer consumer,
      final ConsumerDraft draft,
      final Action action) {
    final ConsumerConfig now = consumer.config();
    if (action == Action.CREATE && !draft.toConfig().equals(now)) {
      throw ApiErrors.CONSUMER_ALREADY_EXISTS.exception();
    }
    if (isWorkQueue(consumer.stream())
        && !home.registry(consumer.stream())
            .isUnique(consumer.name(), draft.toConfig().filters())) {
      throw ApiErrors.CONSUMER_WQ_CONSUMER_NOT_UNIQUE.exception();
    }
    checkChange(consumer, draft);
    if (draft.durableName.isEmpty() && draft.inactiveThresholdNs <= 0) {
      draft.inactiveThresholdNs = ConsumerDraft.INACTIVE_DEFAULT_NS;
    }
    final long written = apply(consumer, draft.toConfig());
    answer(request, type, written, report(type, consumer, true));
  }

  /**
   * Journals a changed configuration and takes it into effect; 0 if there is nothing to wait for.
   */
  private long apply(final Consumer consumer, final ConsumerConfig config) {
    if (config.equals(consumer.config())) {
      return 0;
    }
    if (!config.filters().equals(consumer.config().filters())) {
      // By the new filter nobody could tell which messages were delivered until now.
      home.tryAppendState(consumer);
    }
    final long written = consumer.isKept() ? append(consumer, config) : 0;
    home.change(consumer, config);
    return written;
  }

  private void checkChange(final Consumer consumer, final ConsumerDraft draft) {
    final ConsumerConfig now = consumer.config();
    if (now.deliverPolicy() != draft.deliverPolicy) {
      throw unchangeable("deliver policy");
    }
    if (now.isMemoryStored() != draft.isMemoryStored) {
      throw unchangeable("storage type");
    }
    if (now.isDirect() != draft.isDirect) {
      throw unchangeable("direct");
    }
    if (now.isSourcing() != draft.isSourcing) {
      throw unchangeable("sourcing");
    }
    if (now.startSequence() != draft.startSequence) {
      throw unchangeable("start sequence");
    }
    if (!now.startTime()
        .map(OffsetDateTime::toInstant)
        .equals(draft.startTime.map(OffsetDateTime::toInstant))) {
      throw unchangeable("start time");
    }
    if (now.ackPolicy() != draft.ackPolicy) {
      throw unchangeable("ack policy");
    }
    if (now.replayPolicy() != draft.replayPolicy) {
      throw unchangeable("replay policy");
    }
    if (now.idleHeartbeatNs() != draft.idleHeartbeatNs) {
      throw unchangeable("heart beats");
    }
    if (now.hasFlowControl() != draft.hasFlowControl) {
      throw unchangeable("flow control");
    }
    if (!now.deliverSubject().equals(draft.deliverSubject)) {
      if (now.deliverSubject().isEmpty()) {
        throw ApiErrors.CONSUMER_CREATE.with("can not update pull consumer to push based");
      }
      if (draft.deliverSubject.isEmpty()) {
        throw ApiErrors.CONSUMER_CREATE.with("can not update push consumer to pull based");
      }
      if (consumer.isPushBound()) {
        throw ApiErrors.CONSUMER_NAME_EXIST.exception();
      }
    }
    if (now.waitingMax() != draft.waitingMax) {
      throw unchangeable("max waiting");
    }
  }

  private static ApiException unchangeable(final String what) {
    return ApiErrors.CONSUMER_CREATE.with(what + " can not be updated");
  }

  private static boolean isWorkQueue(final Stream stream) {
    return stream.config().retention() == StreamConfig.Retention.WORKQUEUE;
  }

  private long append(final Consumer consumer, final ConsumerConfig config) {
    return append(RecordType.CONSUMER_CONFIG, consumer, home.configRecord(consumer, config));
  }

  private long append(final RecordType type, final Consumer consumer, final MessageView record) {
    return replies.append(type, consumer.stream().accountId(), consumer.stream().id(), 0, record);
  }

  // The others

  private void info(final ApiRequest request, final String type) {
    requireEmpty(request);
    final Consumer consumer = shown(request);
    replies.send(request, report(type, consumer, true));
  }

  private void delete(final ApiRequest request, final String type) {
    requireEmpty(request);
    final Consumer consumer = consumer(request);
    long written = 0;
    if (consumer.isKept()) {
      written = append(RecordType.CONSUMER_DELETE, consumer, home.deleteRecord(consumer));
    }
    home.remove(consumer);
    answer(request, type, written, ApiReplies.begin(type).member("success", true).end().bytes());
    advisories.onDeleted(consumer);
  }

  private void names(final ApiRequest request, final String type) {
    final long wanted = offset(request);
    final List<Consumer> shown = publicConsumers(request);
    final int offset = (int) Math.min(wanted, shown.size());
    final int end = Math.min(shown.size(), offset + NAMES_LIMIT);
    final JsonText json = page(type, shown.size(), offset, NAMES_LIMIT);
    shown.subList(offset, end).forEach(consumer -> json.item(consumer.name()));
    replies.send(request, json.endArray().end().bytes());
  }

  private void list(final ApiRequest request, final String type) {
    final long wanted = offset(request);
    final List<Consumer> shown = publicConsumers(request);
    final int offset = (int) Math.min(wanted, shown.size());
    final int end = Math.min(shown.size(), offset + LIST_LIMIT);
    final JsonText json = page(type, shown.size(), offset, LIST_LIMIT);
    for (final Consumer consumer : shown.subList(offset, end)) {
      json.object();
      ConsumerReport.write(json, consumer, "");
      json.end();
    }
    replies.send(request, json.endArray().end().bytes());
  }

  private static JsonText page(
      final String type, final int total, final int offset, final int limit) {
    return ApiReplies.begin(type)
        .member("total", total)
        .member("offset", offset)
        .member("limit", limit)
        .array("consumers");
  }

  private List<Consumer> publicConsumers(final ApiRequest request) {
    final Stream stream = stream(request, request.token(2));
    final List<Consumer> all = new ArrayList<>(home.registry(stream).consumers());
    all.removeIf(
        consumer -> consumer.config().isDirect() || !Reach.sees(request.scope(), consumer));
    return all;
  }

  private static long offset(final ApiRequest request) {
    return isObject(request) ? Math.max(0, request.json().number("offset", 0)) : 0;
  }

  private void pause(final ApiRequest request, final String type) {
    Optional<OffsetDateTime> until = Optional.empty();
    if (isObject(request)) {
      final Object value = request.json().members().get("pause_until");
      if (value != null) {
        until =
            ConsumerJson.pauseUntil(value, "JSApiConsumerPauseRequest.pause_until")
                .map(time -> time.withOffsetSameInstant(ZoneOffset.UTC));
      }
    }
    final Consumer consumer = consumer(request);
    final ConsumerDraft draft = ConsumerDraft.of(consumer.config());
    draft.pauseUntil = until;
    draft.stampMetadata();
    final long written = apply(consumer, draft.toConfig());
    final long remainingNs = consumer.pauseRemainingNs();
    answer(
        request,
        type,
        written,
        ApiReplies.begin(type)
            .member("paused", remainingNs > 0)
            .member("pause_until", until.map(ConsumerJson::timeText).orElse(Rfc3339.ZERO))
            .memberIfAny("pause_remaining", remainingNs)
            .end()
            .bytes());
    advisories.onPause(consumer);
  }

  private void unpin(final ApiRequest request, final String type) {
    final String group = request.json().string("group", "");
    if (group.isEmpty()) {
      throw ApiErrors.INVALID_JSON.with("consumer group not specified");
    }
    if (!ConsumerDraft.isGroupName(group)) {
      throw ApiErrors.CONSUMER_INVALID_GROUP_NAME.exception();
    }
    final Consumer consumer = consumer(request);
    if (!consumer.config().priorityGroups().contains(group)) {
      throw ApiErrors.CONSUMER_INVALID_PRIORITY_GROUP.exception();
    }
    if (consumer.target() instanceof PullTarget pull) {
      pull.unpin();
    }
    advisories.onUnpinned(consumer, "admin");
    replies.send(request, ApiReplies.begin(type).end().bytes());
  }

  private void reset(final ApiRequest request, final String type) {
    final long wanted = isObject(request) ? request.json().count("seq", 0) : 0;
    final Consumer consumer = consumer(request);
    final ConsumerConfig config = consumer.config();
    String refusal = "";
    if (wanted != 0) {
      refusal =
          switch (config.deliverPolicy()) {
            case ALL -> "";
            case BY_START_SEQUENCE -> wanted < config.startSequence() ? "below start seq" : "";
            case BY_START_TIME -> wanted < startOf(consumer) ? "below start time" : "";
            case NEW, LAST, LAST_PER_SUBJECT -> "not allowed";
          };
    }
    if (!refusal.isEmpty()) {
      final JsonText json = ApiReplies.begin(type);
      ApiErrors.CONSUMER_INVALID_RESET.with(refusal).write(json);
      replies.send(request, json.member("reset_seq", 0).end().bytes());
      return;
    }
    final long sequence = Math.max(1, wanted == 0 ? consumer.acks().floorSequence() + 1 : wanted);
    final long written =
        consumer.isKept()
            ? append(RecordType.CONSUMER_STATE, consumer, consumer.resetRecord(sequence))
            : 0;
    consumer.reset(sequence);
    final JsonText json = ApiReplies.begin(type);
    ConsumerReport.write(json, consumer, owner.config().serverVersion());
    answer(request, type, written, json.member("reset_seq", sequence).end().bytes());
  }

  private static long startOf(final Consumer consumer) {
    return consumer
        .config()
        .startTime()
        .map(time -> consumer.stream().index().firstAt(Rfc3339.epochNs(time)))
        .orElse(0L);
  }

  // Parts

  private byte[] report(final String type, final Consumer consumer, final boolean isVersioned) {
    final JsonText json = ApiReplies.begin(type);
    ConsumerReport.write(json, consumer, isVersioned ? owner.config().serverVersion() : "");
    return json.end().bytes();
  }

  private void answer(
      final ApiRequest request, final String type, final long written, final byte[] body) {
    if (written == 0) {
      replies.answerWhenSettled(request, type, body);
    } else {
      replies.answerWhenSynced(written, request, type, body);
    }
  }

  private Stream stream(final ApiRequest request, final String name) {
    return owner.stream(name)
        .filter(stream -> Reach.sees(request.scope(), stream))
        .orElseThrow(ApiErrors.STREAM_NOT_FOUND::exception);
  }

  /** The consumer to be changed, or used. */
  private Consumer consumer(final ApiRequest request) {
    final Consumer consumer = shown(request);
    if (!Reach.mayUse(request.scope(), consumer)) {
      throw ApiErrors.NOT_PERMITTED.exception();
    }
    return consumer;
  }

  private Consumer shown(final ApiRequest request) {
    return home.registry(stream(request, request.token(2)))
        .find(request.token(3))
        .filter(consumer -> Reach.sees(request.scope(), consumer))
        .orElseThrow(ApiErrors.CONSUMER_NOT_FOUND::exception);
  }

  private static void requireEmpty(final ApiRequest request) {
    if (!isObject(request)) {
      return;
    }
    try {
      final JsonObject json = JsonReader.parse(request.body());
      if (!json.isEmpty()) {
        throw ApiErrors.NOT_EMPTY_REQUEST.exception();
      }
    } catch (final JsonException e) {
      throw ApiErrors.NOT_EMPTY_REQUEST.exception();
    }
  }

  /** Whether the body begins as an object or array does. */
  private static boolean isObject(final ApiRequest request) {
    final String text = new String(request.body(), StandardCharsets.UTF_8).strip();
    return text.startsWith("{") || text.startsWith("[");
  }
}
