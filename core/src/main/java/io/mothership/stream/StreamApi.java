package io.mothership.stream;

import io.mothership.bus.MessageView;
import io.mothership.bus.Slice;
import io.mothership.journal.FrameView;
import io.mothership.journal.codec.RecordType;
import io.mothership.json.JsonException;
import io.mothership.json.JsonObject;
import io.mothership.json.JsonReader;
import io.mothership.json.JsonText;
import io.mothership.routing.Subscription;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The JetStream API's operations on streams. A change is journaled and answered when its record is synced.
 *
 * <p><i>Thread:</i> ms-dispatch. <i>Allocates:</i> per request.
 */
final class StreamApi {
  private static final Logger LOG = LoggerFactory.getLogger(StreamApi.class);

  private final JetStream owner;
  private final Map<Stream, List<Subscription>> subscriptions = new HashMap<>();

  StreamApi(final JetStream owner) {
    this.owner = owner;
  }

  /** Answers a request; one to an unknown operation gets no answer at all, as with nats-server. */
  void onRequest(final ApiRequest request) {
    final String type = type(request);
    if (type.isEmpty()) {
      return;
    }
    try {
      handle(request);
    } catch (final ApiException e) {
      owner.replies().sendError(request, type, e);
    } catch (final JsonException e) {
      owner.replies().sendError(request, type, ApiErrors.INVALID_JSON.with(e.getMessage()));
    }
  }

  private static String type(final ApiRequest request) {
    return switch (request.token(0)) {
      case "STREAM" ->
          switch (request.token(1)) {
            case "CREATE", "UPDATE", "INFO", "DELETE", "PURGE", "NAMES", "LIST" ->
                "stream_" + request.token(1).toLowerCase(java.util.Locale.ROOT);
            default -> "";
          };
      default -> "";
    };
  }

  private void handle(final ApiRequest request) {
    throw ApiErrors.NOT_ENABLED.exception();
  }

  /** Makes a stream that is known not to exist. */
  Stream create(final StreamConfig config) {
    final int id = owner.nextStreamId();
    appendConfig(id, owner.exchange().wallNs(), config);
    return owner.add(id, owner.exchange().wallNs(), config);
  }

  private long appendConfig(final int id, final long createdNs, final StreamConfig config) {
    final JsonText json =
        new JsonText().object().member("created", createdNs).object("config");
    config.write(json, config.metadata());
    final MessageView record = new MessageView();
    record.subject().wrap(Slice.of(config.name()));
    record.payload().wrap(Slice.of(json.end().end().bytes()));
    return owner
        .replies()
        .append(RecordType.STREAM_CONFIG, JetStream.GLOBAL_ACCOUNT, id, 0, record);
  }

  void applyPurge(final Stream stream, final FrameView frame) {
    final MessageView record = new MessageView().wrap(frame);
    final JsonObject json = JsonReader.parse(record.payload().toByteArray());
    stream.purge(json.string("filter", ""), json.count("seq", 0), json.count("keep", 0));
  }

  void subscribe(final Stream stream) {
    final List<Subscription> list = new ArrayList<>();
    for (final String subject : stream.config().subjects()) {
      final Subscription subscription = Subscription.internal(stream.intake(), subject);
      list.add(subscription);
      owner.exchange().subscribe(stream.accountId(), subscription);
    }
    subscriptions.put(stream, list);
  }

  void unsubscribe(final Stream stream) {
    final List<Subscription> list = subscriptions.remove(stream);
    if (list != null) {
      list.forEach(
          subscription -> owner.exchange().unsubscribe(stream.accountId(), subscription));
    }
  }

  void onRead(final long token, final FrameView frame) {
    LOG.warn("unexpected read answer: token={}", token);
  }

  int doWork() {
    return 0;
  }

  static byte[] utf8(final String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
