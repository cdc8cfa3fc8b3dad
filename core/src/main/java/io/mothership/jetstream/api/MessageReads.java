package io.mothership.jetstream.api;

import io.mothership.clock.Rfc3339;
import io.mothership.frame.FrameView;
import io.mothership.frame.MessageView;
import io.mothership.jetstream.consumer.Reach;
import io.mothership.jetstream.index.SubjectFilter;
import io.mothership.jetstream.index.SubjectTable;
import io.mothership.jetstream.model.ApiErrors;
import io.mothership.jetstream.model.ApiException;
import io.mothership.jetstream.stream.Stream;
import io.mothership.jetstream.stream.StreamHome;
import io.mothership.json.JsonException;
import io.mothership.json.JsonObject;
import io.mothership.json.JsonText;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import org.agrona.collections.Long2ObjectHashMap;

/**
 * {@code STREAM.MSG.GET} and {@code DIRECT.GET}: single messages by sequence or subject, and
 * batches, from the tail window or through ms-read.
 *
 * <p><i>Thread:</i> ms-dispatch. <i>Allocates:</i> per request and message. <i>Back-pressure:</i>
 * at most {@value #JOBS_MAX} requests wait for the disk; one beyond is refused.
 */
final class MessageReads {
  private static final int REQUESTER = 1;
  private static final int JOBS_MAX = 1024;
  private static final int MESSAGES_PER_CYCLE = 64;
  private static final int MULTI_MAX = 1024;
  private static final long BYTES_MAX = 64L * 1024 * 1024;
  private static final String GET_TYPE = "stream_msg_get";
  private static final String NOT_FOUND = "404 Message Not Found";
  private static final String LOST = "404 Message Lost";

  private final StreamHome owner;
  private final ApiReplies replies;
  private final Long2ObjectHashMap<ReadJob> waiting = new Long2ObjectHashMap<>();
  private final ArrayDeque<ReadJob> runnable = new ArrayDeque<>();
  private final FrameView frame = new FrameView();
  private final MessageView message = new MessageView();
  private long lastToken;

  MessageReads(final StreamHome owner, final ApiReplies replies) {
    this.owner = owner;
    this.replies = replies;
  }

  /** Throws what the API answers as an error. */
  void onMessageGet(final ApiRequest request) {
    if (request.isBodyEmpty()) {
      throw ApiErrors.BAD_REQUEST.exception();
    }
    final JsonObject json = request.json();
    final GetRequest get = GetRequest.of(json);
    if (json.number("batch", 0) > 0
        || json.number("max_bytes", 0) > 0
        || get.isEmpty()
        || get.isContradictory()) {
      throw ApiErrors.BAD_REQUEST.exception();
    }
    final Stream stream =
        owner.stream(request.token(3))
            .filter(one -> Reach.sees(request.scope(), one))
            .orElseThrow(ApiErrors.STREAM_NOT_FOUND::exception);
    if (isBusy()) {
      throw ApiErrors.INSUFFICIENT_RESOURCES.exception();
    }
    start(new ReadJob(stream, request, get, false));
  }

  void onDirectGet(final ApiRequest request) {
    if (request.reply().length == 0 || !request.token(1).equals("GET")) {
      return;
    }
    final Stream stream = owner.stream(request.token(2)).orElse(null);
    if (stream == null
        || !Reach.sees(request.scope(), stream)
        || !stream.config().isDirectAllowed()) {
      sendStatus(request, "503\r\nNats-Subject: $JS.API." + request.operation());
      return;
    }
    final String subject = request.tokensFrom(3);
    final GetRequest get;
    try {
      final GetRequest parsed = GetRequest.of(request.json());
      get = subject.isEmpty() ? parsed : parsed.withLast(subject);
      if (!subject.isEmpty() && !parsed.isEmpty()) {
        sendStatus(request, "408 Bad Request");
        return;
      }
    } catch (final ApiException | JsonException e) {
      sendStatus(request, "408 Malformed Request");
      return;
    }
    if (get.isEmpty()) {
      sendStatus(request, "408 Empty Request");
    } else if (get.isContradictoryDirect()) {
      sendStatus(request, "408 Bad Request");
    } else if (isBusy()) {
      sendStatus(request, "429 Too Many Requests");
    } else {
      start(new ReadJob(stream, request, get, true));
    }
  }

  /** What lay there is lost: the stream is told. */
  void onReadLost(final long token, final long location) {
    final ReadJob job = waiting.get(token);
    if (job != null && !job.stream.isDeleted()) {
      job.stream.onUnreadable(job.current, location);
    }
    onRead(token, null);
  }

  /** The frame is null if it cannot be read now. */
  void onRead(final long token, final FrameView read) {
    final ReadJob job = waiting.remove(token);
    if (job == null) {
      return;
    }
    final boolean isRight =
        read != null && read.streamId() == job.stream.id() && read.streamSequence() == job.current;
    if (!isRight) {
      skip(job);
    } else if (emit(job, read)) {
      return;
    }
    run(job);
  }

  int doWork() {
    final int count = runnable.size();
    for (int i = 0; i < count; i++) {
      run(runnable.poll());
    }
    return count;
  }

  private boolean isBusy() {
    return waiting.size() + runnable.size() >= JOBS_MAX;
  }

  private void start(final ReadJob job) {
    if (job.get.multiLast.isEmpty()) {
      job.next = job.get.startSequence(job.stream);
      if (job.isBatch()) {
        job.pending = job.stream.countMatching(job.next, job.filter);
      }
    } else if (!planMulti(job)) {
      return;
    }
    run(job);
  }

  private boolean planMulti(final ReadJob job) {
    final Stream stream = job.stream;
    long upTo = job.get.upTo;
    if (job.get.upToTimeNs != GetRequest.NO_TIME) {
      upTo = stream.index().firstAt(job.get.upToTimeNs) - 1;
      if (upTo < stream.firstSequence()) {
        sendStatus(job.request, "404 No Results");
        return false;
      }
    }
    job.upTo = upTo == 0 ? stream.committedSequence() : upTo;
    final SubjectFilter filter = stream.filter(job.get.multiLast, job.request.scope());
    final SubjectTable table = stream.index().subjects();
    final long[] plan = new long[MULTI_MAX];
    int count = 0;
    for (int id = 0; id < table.idLimit(); id++) {
      if (table.count(id) == 0 || !filter.matches(id)) {
        continue;
      }
      long last = stream.lastCommittedOf(id);
      while (last > job.upTo) {
        last = stream.index().previousSame(last);
      }
      if (last == 0 || last < job.get.sequence) {
        continue;
      }
      if (count == MULTI_MAX) {
        sendStatus(job.request, "413 Too Many Results");
        return false;
      }
      plan[count++] = last;
    }
    if (count == 0) {
      sendStatus(job.request, "404 No Results");
      return false;
    }
    job.plan = Arrays.copyOf(plan, count);
    Arrays.sort(job.plan);
    job.pending = count;
    return true;
  }

  private void run(final ReadJob job) {
    for (int i = 0; i < MESSAGES_PER_CYCLE; i++) {
      if (job.stream.isDeleted()) {
        finish(job);
        return;
      }
      if (job.current == 0) {
        job.current = job.findNext();
      }
      if (job.current == 0) {
        finish(job);
        return;
      }
      switch (job.stream.load(job.current, frame)) {
        case Stream.LOADED -> {
          if (emit(job, frame)) {
            return;
          }
        }
        case Stream.NEEDS_READ -> {
          final long token = ++lastToken;
          if (job.stream.tryRead(REQUESTER, token, job.current) < 0) {
            runnable.add(job);
          } else {
            waiting.put(token, job);
          }
          return;
        }
        default -> skip(job);
      }
    }
    runnable.add(job);
  }

  /** Sends one message; true if it was the job's last. */
  private boolean emit(final ReadJob job, final FrameView found) {
    message.wrap(found);
    if (!Reach.sees(job.request.scope(), message.subject())) {
      // As if it were not there.
      skip(job);
      return false;
    }
    job.sentBytes += message.subject().length() + message.bodyLength();
    job.sent++;
    if (job.pending > 0) {
      job.pending--;
    }
    if (job.isDirect) {
      replies.send(
          job.request.accountId(),
          job.request.reply(),
          job.get.isBodyOnly ? ApiReplies.NOTHING : directHeaders(job, found),
          message.payload().toByteArray());
    } else {
      replies.send(job.request, storedMessage(job, found));
    }
    job.lastSent = job.current;
    skip(job);
    final boolean isDone =
        job.sent >= job.batchMax() || job.sentBytes >= job.get.bytesMaxOr(BYTES_MAX);
    if (isDone) {
      finish(job);
    }
    return isDone;
  }

  private static void skip(final ReadJob job) {
    job.next = job.current + 1;
    job.current = 0;
  }

  private void finish(final ReadJob job) {
    if (job.sent == 0) {
      if (job.isDirect) {
        sendStatus(job.request, isLost(job) ? LOST : NOT_FOUND);
      } else {
        replies.sendError(job.request, GET_TYPE, notFound(job));
      }
    } else if (job.isDirect && job.isBatch()) {
      final String upTo = job.plan.length == 0 ? "" : "\r\nNats-UpTo-Sequence: " + job.upTo;
      sendStatus(
          job.request,
          "204 EOB\r\nNats-Num-Pending: "
              + job.pending
              + "\r\nNats-Last-Sequence: "
              + job.lastSent
              + upTo);
    }
  }

  private byte[] storedMessage(final ReadJob job, final FrameView found) {
    final JsonText json =
        ApiReplies.begin(GET_TYPE)
            .object("message")
            .member("subject", message.subject().toString())
            .member("seq", job.current);
    if (!message.headers().isEmpty() && !job.get.isBodyOnly) {
      json.base64("hdrs", message.headers().toByteArray());
    }
    if (!message.payload().isEmpty()) {
      json.base64("data", message.payload().toByteArray());
    }
    return json.member("time", Rfc3339.shortText(found.timeNs())).end().end().bytes();
  }

  private byte[] directHeaders(final ReadJob job, final FrameView found) {
    final ByteArrayOutputStream out = new ByteArrayOutputStream(256);
    final byte[] own = message.headers().toByteArray();
    if (own.length > 2) {
      out.write(own, 0, own.length - 2);
    } else {
      out.writeBytes(StreamApi.utf8("NATS/1.0\r\n"));
    }
    final StringBuilder lines = new StringBuilder(192);
    lines.append("Nats-Stream: ").append(job.stream.name());
    lines.append("\r\nNats-Subject: ").append(message.subject());
    lines.append("\r\nNats-Sequence: ").append(job.current);
    lines.append("\r\nNats-Time-Stamp: ").append(Rfc3339.shortText(found.timeNs()));
    if (job.isBatch()) {
      lines.append("\r\nNats-Num-Pending: ").append(job.pending);
      lines.append("\r\nNats-Last-Sequence: ").append(job.lastSent);
    }
    out.writeBytes(StreamApi.utf8(lines.append("\r\n\r\n").toString()));
    return out.toByteArray();
  }

  private static boolean isLost(final ReadJob job) {
    return job.get.sequence > 0 && job.stream.lost().contains(job.get.sequence);
  }

  /** The code is the one clients know. */
  private static ApiException notFound(final ReadJob job) {
    return isLost(job)
        ? new ApiException(
            ApiErrors.NO_MESSAGE_FOUND.code(),
            ApiErrors.NO_MESSAGE_FOUND.errorCode(),
            "no message found: the disk did not keep it")
        : ApiErrors.NO_MESSAGE_FOUND.exception();
  }

  private void sendStatus(final ApiRequest request, final String status) {
    replies.send(
        request.accountId(),
        request.reply(),
        ("NATS/1.0 " + status + "\r\n\r\n").getBytes(StandardCharsets.UTF_8),
        ApiReplies.NOTHING);
  }

  /** What a get asks for. */
  private record GetRequest(
      long sequence,
      String last,
      String next,
      long startTimeNs,
      List<String> multiLast,
      long batch,
      long bytesMax,
      long upTo,
      long upToTimeNs,
      boolean isBodyOnly) {
    static final long NO_TIME = Long.MIN_VALUE;

    static GetRequest of(final JsonObject json) {
      return new GetRequest(
          json.count("seq", 0),
          json.string("last_by_subj", ""),
          json.string("next_by_subj", ""),
          time(json, "start_time"),
          json.strings("multi_last"),
          json.number("batch", 0),
          json.number("max_bytes", 0),
          json.count("up_to_seq", 0),
          time(json, "up_to_time"),
          json.bool("no_hdr", false));
    }

    private static long time(final JsonObject json, final String name) {
      final String text = json.string(name, "");
      if (text.isEmpty()) {
        return NO_TIME;
      }
      try {
        return Rfc3339.parseNs(text);
      } catch (final DateTimeException e) {
        throw new JsonException("parsing time \"" + text + "\"");
      }
    }

    GetRequest withLast(final String subject) {
      return new GetRequest(
          sequence,
          subject,
          next,
          startTimeNs,
          multiLast,
          batch,
          bytesMax,
          upTo,
          upToTimeNs,
          isBodyOnly);
    }

    boolean hasStart() {
      return startTimeNs != NO_TIME;
    }

    boolean isEmpty() {
      return sequence == 0
          && last.isEmpty()
          && next.isEmpty()
          && multiLast.isEmpty()
          && !hasStart();
    }

    boolean isContradictory() {
      return sequence > 0 && !last.isEmpty()
          || sequence > 0 && hasStart()
          || hasStart() && !last.isEmpty()
          || !last.isEmpty() && !next.isEmpty();
    }

    boolean isContradictoryDirect() {
      return isContradictory()
          || !last.isEmpty() && (batch > 0 || !multiLast.isEmpty())
          || !next.isEmpty() && !multiLast.isEmpty()
          || upTo > 0 && upToTimeNs != NO_TIME;
    }

    long startSequence(final Stream stream) {
      return hasStart() ? stream.index().firstAt(startTimeNs) : sequence;
    }

    long bytesMaxOr(final long otherwise) {
      return bytesMax > 0 ? bytesMax : otherwise;
    }
  }

  /** One request on its way through the messages it asks for. */
  private static final class ReadJob {
    private static final int LOOK_MAX = Integer.MAX_VALUE;

    private final Stream stream;
    private final ApiRequest request;
    private final GetRequest get;
    private final boolean isDirect;
    private final SubjectFilter filter;
    private long[] plan = {};
    private int planned;
    private long next;
    private long current;
    private long upTo;
    private long pending;
    private long lastSent;
    private long sent;
    private long sentBytes;

    ReadJob(
        final Stream stream,
        final ApiRequest request,
        final GetRequest get,
        final boolean isDirect) {
      this.stream = stream;
      this.request = request;
      this.get = get;
      this.isDirect = isDirect;
      final String pattern = get.last.isEmpty() ? get.next : get.last;
      this.filter =
          stream.filter(pattern.isEmpty() ? List.of() : List.of(pattern), request.scope());
    }

    boolean isBatch() {
      return get.batch > 0 || plan.length > 0;
    }

    long batchMax() {
      if (get.batch > 0) {
        return get.batch;
      }
      return plan.length > 0 ? plan.length : 1;
    }

    /** The sequence to send next, 0 = no more. */
    long findNext() {
      if (plan.length > 0) {
        return planned < plan.length ? plan[planned++] : 0;
      }
      if (!get.last.isEmpty()) {
        return sent == 0 && next == 0 ? lastMatching() : 0;
      }
      if (get.next.isEmpty() && get.batch == 0) {
        final boolean isThere =
            next == get.startSequence(stream)
                && next <= stream.committedSequence()
                && stream.index().isPresent(next);
        return sent == 0 && isThere ? next : 0;
      }
      return Math.max(0, stream.nextMatching(next, filter, LOOK_MAX));
    }

    private long lastMatching() {
      final SubjectTable table = stream.index().subjects();
      long newest = 0;
      for (int id = 0; id < table.idLimit(); id++) {
        if (table.count(id) > 0 && filter.matches(id)) {
          newest = Math.max(newest, stream.lastCommittedOf(id));
        }
      }
      return newest;
    }
  }
}
