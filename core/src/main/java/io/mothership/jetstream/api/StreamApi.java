package io.mothership.jetstream.api;

import io.mothership.frame.FrameView;
import io.mothership.frame.MessageView;
import io.mothership.frame.Slice;
import io.mothership.frame.codec.RecordType;
import io.mothership.jetstream.api.StreamReport.Detail;
import io.mothership.jetstream.api.StreamReport.SubjectPage;
import io.mothership.jetstream.consumer.Consumers;
import io.mothership.jetstream.consumer.Reach;
import io.mothership.jetstream.index.SubjectPatterns;
import io.mothership.jetstream.model.ApiErrors;
import io.mothership.jetstream.model.ApiException;
import io.mothership.jetstream.model.JetStreamLimits;
import io.mothership.jetstream.model.StreamConfig;
import io.mothership.jetstream.model.StreamConfig.Storage;
import io.mothership.jetstream.model.StreamConfigRules;
import io.mothership.jetstream.stream.Stream;
import io.mothership.jetstream.stream.StreamHome;
import io.mothership.json.JsonException;
import io.mothership.json.JsonObject;
import io.mothership.json.JsonText;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The JetStream API's operations on streams. A change is journaled, takes effect at once, and is
 * answered when its record is synced; what comes after it in the journal was made after it.
 *
 * <p><i>Thread:</i> ms-dispatch. <i>Allocates:</i> per request.
 */
public final class StreamApi {
  private static final int NAMES_MAX = 1024;
  private static final int LIST_MAX = 256;

  private final StreamHome owner;
  private final Consumers consumers;
  private final ApiReplies replies;
  private final StreamReport report;
  private final MessageReads reads;
  private final OwnStreams own;
  private long requests;
  private long refused;

  public StreamApi(final StreamHome owner, final Consumers consumers, final ApiReplies replies) {
    this.owner = owner;
    this.consumers = consumers;
    this.replies = replies;
    this.report = new StreamReport(owner, consumers);
    this.reads = new MessageReads(owner, replies);
    this.own = new OwnStreams(owner);
  }

  /** Answers a request; one to an unknown operation gets no answer at all, as with nats-server. */
  public void onRequest(final ApiRequest request) {
    if (request.token(0).equals("DIRECT")) {
      reads.onDirectGet(request);
      return;
    }
    final String type = type(request);
    if (type.isEmpty()) {
      return;
    }
    requests++;
    try {
      checkReach(request, type);
      handle(request, type);
    } catch (final ApiException e) {
      refuse(request, type, e);
    } catch (final JsonException e) {
      refuse(request, type, ApiErrors.INVALID_JSON.with(e.getMessage()));
    }
  }

  /** Requests so far. */
  public long requests() {
    return requests;
  }

  /** Counts a request to the consumers' half. */
  public void countRequest() {
    requests++;
  }

  private static String type(final ApiRequest request) {
    final int length = request.tokens().length;
    if (length == 1 && request.token(0).equals("INFO")) {
      return "account_info";
    }
    if (!request.token(0).equals("STREAM")) {
      return "";
    }
    final String name = request.token(1);
    final String type = "stream_" + name.toLowerCase(Locale.ROOT);
    return switch (name) {
      case "NAMES", "LIST" -> length == 2 ? type : "";
      case "CREATE", "UPDATE", "INFO", "DELETE", "PURGE" -> length == 3 ? type : "";
      case "MSG" ->
          switch (length == 4 ? request.token(2) : "") {
            case "GET" -> "stream_msg_get";
            case "DELETE" -> "stream_msg_delete";
            default -> "";
          };
      default -> "";
    };
  }

  private void handle(final ApiRequest request, final String type) {
    switch (type) {
      case "account_info" -> accountInfo(request);
      case "stream_create" -> create(request, type);
      case "stream_update" -> update(request, type);
      case "stream_info" -> info(request);
      case "stream_names" -> names(request);
      case "stream_list" -> list(request);
      case "stream_delete" -> delete(request, type);
      case "stream_purge" -> purge(request, type);
      case "stream_msg_get" -> reads.onMessageGet(request);
      default -> deleteMessage(request, type);
    }
  }

  /** Streams are the owner's: whoever has bounds looks at them, and does not change them. */
  private static void checkReach(final ApiRequest request, final String type) {
    switch (type) {
      case "stream_create",
          "stream_update",
          "stream_delete",
          "stream_purge",
          "stream_msg_delete" -> {
        if (!request.scope().isOpen()) {
          throw ApiErrors.NOT_PERMITTED.exception();
        }
      }
      default -> {
        // Reads only; what it shows is narrowed where it is read.
      }
    }
  }

  private void refuse(final ApiRequest request, final String type, final ApiException error) {
    refused++;
    final JsonText json = ApiReplies.begin(type);
    error.write(json);
    switch (type) {
      case "stream_info" -> json.member("total", 0).member("offset", 0).member("limit", 0);
      case "stream_purge" -> json.member("purged", 0);
      case "stream_names", "stream_list" ->
          json.member("total", 0).member("offset", 0).member("limit", 0).nil("streams");
      default -> {
        // Nothing but the error.
      }
    }
    replies.send(request, json.end().bytes());
  }

  private void accountInfo(final ApiRequest request) {
    final long consumerCount =
        owner.streams().stream().mapToLong(s -> consumers.consumerCount(s)).sum();
    final JsonText json =
        ApiReplies.begin("account_info")
            .member("memory", owner.bytesUsed(Storage.MEMORY))
            .member("storage", owner.bytesUsed(Storage.FILE))
            .member("reserved_memory", reserved(Storage.MEMORY))
            .member("reserved_storage", reserved(Storage.FILE))
            .member("streams", owner.streams().size())
            .member("consumers", consumerCount)
            .object("limits")
            .member("max_memory", -1)
            .member("max_storage", -1)
            .member("max_streams", owner.config().limits().streamsMax())
            .member("max_consumers", owner.config().limits().consumersMax())
            .member("max_ack_pending", owner.config().limits().ackPendingMax())
            .member("memory_max_stream_bytes", -1)
            .member("storage_max_stream_bytes", -1)
            .member("max_bytes_required", false)
            .end()
            .memberIfAny("domain", owner.config().domain())
            .object("api")
            .member("level", 5)
            .member("total", requests - 1)
            .member("errors", refused)
            .end();
    replies.send(request, json.end().bytes());
  }

  private long reserved(final Storage storage) {
    return owner.streams().stream()
        .filter(s -> s.config().storage() == storage)
        .mapToLong(s -> Math.max(0, s.config().bytesMax()))
        .sum();
  }

  private void create(final ApiRequest request, final String type) {
    final StreamConfig wanted = parseConfig(request);
    if (wanted.isSealed()) {
      throw ApiErrors.STREAM_INVALID_CONFIG.with(
          "stream configuration for create can not be sealed");
    }
    if (wanted.isMirrorDirect()) {
      throw ApiErrors.STREAM_INVALID_CONFIG.with(
          "stream has no mirror but does have mirror direct");
    }
    final StreamConfig config = wanted.checked().withApiLevel();
    final Stream existing = owner.stream(config.name()).orElse(null);
    if (existing != null) {
      if (!existing.config().equals(config)) {
        throw ApiErrors.STREAM_NAME_EXIST.exception();
      }
      replies.answerWhenSettled(request, type, created(type, existing));
      return;
    }
    checkRoom(config, 0);
    if (JetStreamLimits.isReached(owner.config().limits().streamsMax(), owner.streams().size())) {
      throw ApiErrors.MAXIMUM_STREAMS_LIMIT.exception();
    }
    if (!owner.state().allows(0, Stream.BASE_BYTES)) {
      throw ApiErrors.MEMORY_RESOURCES_EXCEEDED.exception();
    }
    checkOverlap(config);
    final int id = owner.nextStreamId();
    final long createdNs = owner.exchange().wallNs();
    final long journalSequence = appendConfig(id, createdNs, config);
    final Stream stream = owner.add(id, createdNs, config);
    replies.answerWhenSynced(journalSequence, request, type, created(type, stream));
  }

  private byte[] created(final String type, final Stream stream) {
    final JsonText json = ApiReplies.begin(type);
    report.write(json, stream, Detail.CREATED, Map.of());
    return json.member("did_create", true).end().bytes();
  }

  /**
   * Makes sure, at a start, that the product's own streams are there and as they should be.
   *
   * @return names of those that were not
   */
  public List<String> ensureOwn() {
    return own.ensure(
        new OwnStreams.Changes() {
          @Override
          public void create(final StreamConfig config) {
            final int id = owner.nextStreamId();
            final long createdNs = owner.exchange().wallNs();
            final StreamConfig levelled = config.withApiLevel();
            appendConfig(id, createdNs, levelled);
            owner.add(id, createdNs, levelled);
          }

          @Override
          public void update(final Stream stream, final StreamConfig config) {
            final StreamConfig levelled = config.withApiLevel();
            appendConfig(stream.id(), stream.createdNs(), levelled);
            change(stream, levelled);
          }
        });
  }

  private void update(final ApiRequest request, final String type) {
    final StreamConfig wanted = parseConfig(request);
    final Stream stream = find(request, request.token(2));
    final StreamConfig config =
        StreamConfigRules.checkUpdate(stream.config(), wanted.checked()).withApiLevel();
    checkRoom(config, Math.max(0, stream.config().bytesMax()));
    checkOverlap(config);
    own.checkUpdate(stream, config);
    final long journalSequence = appendConfig(stream.id(), stream.createdNs(), config);
    change(stream, config);
    final JsonText json = ApiReplies.begin(type);
    report.write(json, stream, Detail.PLAIN, Map.of());
    replies.answerWhenSynced(journalSequence, request, type, json.end().bytes());
  }

  private static void change(final Stream stream, final StreamConfig config) {
    final boolean isMoved = !config.subjects().equals(stream.config().subjects());
    stream.update(config);
    if (isMoved) {
      stream.resubscribe();
    }
  }

  private static StreamConfig parseConfig(final ApiRequest request) {
    final JsonObject json = request.json();
    if (!json.string("name", "").equals(request.token(2))) {
      throw ApiErrors.STREAM_MISMATCH.exception();
    }
    if (request.token(2).contains("/") || request.token(2).contains("\\")) {
      throw ApiErrors.STREAM_NAME_CONTAINS_PATH_SEPARATORS.exception();
    }
    return StreamConfig.parse(json);
  }

  private void checkRoom(final StreamConfig config, final long alreadyReserved) {
    final long max =
        config.isMemory() ? owner.config().memoryBytesMax() : owner.config().storeBytesMax();
    final long wanted = Math.max(0, config.bytesMax()) - alreadyReserved;
    if (max >= 0 && wanted > 0 && reserved(config.storage()) + wanted > max) {
      throw config.isMemory()
          ? ApiErrors.MEMORY_RESOURCES_EXCEEDED.exception()
          : ApiErrors.STORAGE_RESOURCES_EXCEEDED.exception();
    }
  }

  private void checkOverlap(final StreamConfig config) {
    for (final Stream other : owner.streams()) {
      if (other.name().equals(config.name())) {
        continue;
      }
      for (final String subject : config.subjects()) {
        if (other.config().subjects().stream().anyMatch(s -> SubjectPatterns.overlap(s, subject))) {
          throw ApiErrors.STREAM_SUBJECT_OVERLAP.exception();
        }
      }
    }
  }

  private long appendConfig(final int id, final long createdNs, final StreamConfig config) {
    final JsonText json = new JsonText().object().member("created", createdNs).object("config");
    config.write(json, config.metadata());
    final MessageView record = new MessageView();
    record.subject().wrap(Slice.of(config.name()));
    record.payload().wrap(Slice.of(json.end().end().bytes()));
    return replies.append(RecordType.STREAM_CONFIG, StreamHome.GLOBAL_ACCOUNT, id, 0, record);
  }

  private void info(final ApiRequest request) {
    final JsonObject json = optionalJson(request);
    final Stream stream = find(request, request.token(2));
    final String pattern = json.string("subjects_filter", "");
    final int offset = Math.clamp(json.number("offset", 0), 0, Integer.MAX_VALUE);
    final boolean isDeletedShown = json.bool("deleted_details", false);
    final SubjectPage page =
        pattern.isEmpty()
            ? new SubjectPage(0, Map.of())
            : StreamReport.subjects(stream, pattern, request.scope(), offset);
    final JsonText answer =
        ApiReplies.begin("stream_info")
            .member("total", page.total())
            .member("offset", page.total() == 0 ? 0 : offset)
            .member("limit", page.total() == 0 ? 0 : StreamReport.SUBJECTS_MAX);
    report.write(answer, stream, new Detail(true, true, isDeletedShown), page.subjects());
    replies.send(request, answer.end().bytes());
  }

  private void names(final ApiRequest request) {
    final JsonObject json = optionalJson(request);
    final List<Stream> all = matching(request, json.string("subject", ""));
    final int offset = Math.clamp(json.number("offset", 0), 0, all.size());
    final JsonText answer =
        ApiReplies.begin("stream_names")
            .member("total", all.size())
            .member("offset", offset)
            .member("limit", NAMES_MAX);
    final List<String> page = all.stream().skip(offset).limit(NAMES_MAX).map(Stream::name).toList();
    if (page.isEmpty()) {
      answer.nil("streams");
    } else {
      answer.strings("streams", page);
    }
    replies.send(request, answer.end().bytes());
  }

  private void list(final ApiRequest request) {
    final JsonObject json = optionalJson(request);
    final List<Stream> all = matching(request, json.string("subject", ""));
    final int offset = Math.clamp(json.number("offset", 0), 0, all.size());
    final JsonText answer =
        ApiReplies.begin("stream_list")
            .member("total", all.size())
            .member("offset", offset)
            .member("limit", LIST_MAX)
            .array("streams");
    all.stream()
        .skip(offset)
        .limit(LIST_MAX)
        .forEach(
            stream -> {
              answer.object();
              report.write(answer, stream, Detail.LISTED, Map.of());
              answer.end();
            });
    replies.send(request, answer.endArray().end().bytes());
  }

  private List<Stream> matching(final ApiRequest request, final String subject) {
    return owner.streams().stream()
        .filter(stream -> Reach.sees(request.scope(), stream))
        .filter(
            stream ->
                subject.isEmpty()
                    || stream.config().subjects().stream()
                        .anyMatch(s -> SubjectPatterns.overlap(s, subject)))
        .toList();
  }

  private void delete(final ApiRequest request, final String type) {
    if (!request.isBodyEmpty()) {
      throw ApiErrors.NOT_EMPTY_REQUEST.exception();
    }
    final Stream stream = find(request, request.token(2));
    own.checkDelete(stream);
    final MessageView record = new MessageView();
    record.subject().wrap(Slice.of(stream.name()));
    final long journalSequence =
        replies.append(RecordType.STREAM_DELETE, stream.accountId(), stream.id(), 0, record);
    owner.remove(stream);
    replies.answerWhenSynced(
        journalSequence,
        request,
        type,
        ApiReplies.begin(type).member("success", true).end().bytes());
  }

  private void purge(final ApiRequest request, final String type) {
    final JsonObject json = optionalJson(request);
    final long upTo = json.count("seq", 0);
    final long keep = json.count("keep", 0);
    if (upTo > 0 && keep > 0 || upTo > StreamConfigRules.SEQUENCE_MAX) {
      throw ApiErrors.BAD_REQUEST.exception();
    }
    final Stream stream = find(request, request.token(2));
    refuseIfSealed(stream);
    if (stream.config().isPurgeDenied()) {
      throw ApiErrors.STREAM_PURGE_FAILED.with("stream purge not permitted");
    }
    final String filter = json.string("filter", "");
    own.checkPurge(stream, filter);
    final MessageView record = new MessageView();
    record
        .payload()
        .wrap(
            Slice.of(
                new JsonText()
                    .object()
                    .memberIfAny("filter", filter)
                    .memberIfAny("seq", upTo)
                    .memberIfAny("keep", keep)
                    .end()
                    .bytes()));
    final long journalSequence =
        replies.append(RecordType.PURGE, stream.accountId(), stream.id(), 0, record);
    final long purged = stream.purge(filter, upTo, keep);
    replies.answerWhenSynced(
        journalSequence,
        request,
        type,
        ApiReplies.begin(type).member("success", true).member("purged", purged).end().bytes());
  }

  private void deleteMessage(final ApiRequest request, final String type) {
    if (request.isBodyEmpty()) {
      throw ApiErrors.BAD_REQUEST.exception();
    }
    final JsonObject json = request.json();
    final Stream stream = find(request, request.token(3));
    refuseIfSealed(stream);
    if (stream.config().isDeleteDenied()) {
      throw ApiErrors.STREAM_MSG_DELETE_FAILED.with("message delete not permitted");
    }
    final long sequence = json.count("seq", 0);
    if (sequence > stream.committedSequence()) {
      throw ApiErrors.STREAM_MSG_DELETE_FAILED.with("stream store EOF");
    }
    if (sequence < stream.firstSequence()) {
      throw ApiErrors.STREAM_MSG_DELETE_FAILED.with("no message found");
    }
    if (!stream.index().isPresent(sequence)) {
      throw ApiErrors.SEQUENCE_NOT_FOUND.with(sequence);
    }
    final long journalSequence =
        replies.append(
            RecordType.DELETE, stream.accountId(), stream.id(), sequence, new MessageView());
    stream.drop(sequence);
    replies.answerWhenSynced(
        journalSequence,
        request,
        type,
        ApiReplies.begin(type).member("success", true).end().bytes());
  }

  private static void refuseIfSealed(final Stream stream) {
    if (stream.config().isSealed()) {
      throw ApiErrors.STREAM_SEALED.exception();
    }
  }

  private Stream find(final ApiRequest request, final String name) {
    return owner.stream(name)
        .filter(stream -> Reach.sees(request.scope(), stream))
        .orElseThrow(ApiErrors.STREAM_NOT_FOUND::exception);
  }

  /** The body if it is JSON at all; anything else counts as nothing said. */
  private static JsonObject optionalJson(final ApiRequest request) {
    for (final byte b : request.body()) {
      if (b == '{' || b == '[') {
        return request.json();
      }
      if (b > ' ') {
        return JsonObject.EMPTY;
      }
    }
    return JsonObject.EMPTY;
  }

  public void onRead(final long token, final FrameView frame) {
    reads.onRead(token, frame);
  }

  public void onReadLost(final long token, final long location) {
    reads.onReadLost(token, location);
  }

  public int doWork() {
    return reads.doWork();
  }

  static byte[] utf8(final String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
