package io.mothership.jetstream.api;

import io.mothership.bus.Pressure;
import io.mothership.dispatch.Exchange;
import io.mothership.frame.FrameView;
import io.mothership.frame.MessageView;
import io.mothership.frame.codec.RecordType;
import io.mothership.jetstream.model.ApiErrors;
import io.mothership.jetstream.model.ApiException;
import io.mothership.json.JsonText;
import java.util.ArrayDeque;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Sends the API's answers: at once, or when the record that makes the change is synced.
 *
 * <p><i>Thread:</i> ms-dispatch. <i>Allocates:</i> per answer. <i>Back-pressure:</i> at most
 * {@value #WAITING_MAX} answers wait for the disk; a change beyond is refused.
 */
public final class ApiReplies {
  static final String TYPE = "io.nats.jetstream.api.v1.";

  private static final int WAITING_MAX = 4096;

  /** In the order of their records. */
  private final ArrayDeque<Answer> waiting = new ArrayDeque<>();

  private final MessageView view = new MessageView();
  private final UnsafeBuffer reply = new UnsafeBuffer(0, 0);
  private final UnsafeBuffer headers = new UnsafeBuffer(0, 0);
  private final UnsafeBuffer body = new UnsafeBuffer(0, 0);
  private Exchange exchange;
  private long lastChange;
  private long lastSynced;
  private boolean isFailed;

  public void exchange(final Exchange newExchange) {
    exchange = newExchange;
  }

  /**
   * Begins an answer: the object is open and has its type. {@code type} is e.g. {@code
   * stream_info}.
   */
  static JsonText begin(final String type) {
    return new JsonText().object().member("type", TYPE + type + "_response");
  }

  static byte[] error(final String type, final ApiException error) {
    final JsonText json = begin(type);
    error.write(json);
    return json.end().bytes();
  }

  void send(final ApiRequest request, final byte[] answer) {
    send(request.accountId(), request.reply(), NOTHING, answer);
  }

  void sendError(final ApiRequest request, final String type, final ApiException error) {
    send(request, error(type, error));
  }

  /** Sends any message; without a reply subject nothing is sent. */
  void send(
      final int accountId,
      final byte[] replySubject,
      final byte[] headerBlock,
      final byte[] payload) {
    if (replySubject.length == 0) {
      return;
    }
    reply.wrap(replySubject);
    headers.wrap(headerBlock);
    body.wrap(payload);
    view.clear();
    view.subject().wrap(reply, 0, replySubject.length);
    view.headers().wrap(headers, 0, headerBlock.length);
    view.payload().wrap(body, 0, payload.length);
    exchange.route(accountId, view);
  }

  /**
   * Journals a change, to be acknowledged by {@link #answerWhenSynced}.
   *
   * @return the record's journal sequence
   * @throws ApiException if the journal can not take it; nothing was changed
   */
  long append(
      final RecordType type,
      final int accountId,
      final int streamId,
      final long streamSequence,
      final MessageView record) {
    if (waiting.size() >= WAITING_MAX) {
      throw ApiErrors.INSUFFICIENT_RESOURCES.exception();
    }
    final long sequence =
        exchange.tryAppend(type, accountId, streamId, streamSequence, true, 0, record);
    if (sequence == Pressure.CLOSED) {
      throw ApiErrors.STORAGE_RESOURCES_EXCEEDED.exception();
    }
    if (sequence < 0) {
      throw ApiErrors.INSUFFICIENT_RESOURCES.exception();
    }
    lastChange = sequence;
    return sequence;
  }

  /**
   * Sends {@code answer} once the record is synced; {@code type} words the error if it never is.
   */
  void answerWhenSynced(
      final long journalSequence,
      final ApiRequest request,
      final String type,
      final byte[] answer) {
    if (request.reply().length != 0) {
      waiting.add(new Answer(journalSequence, request.accountId(), request.reply(), type, answer));
    }
  }

  /**
   * Sends {@code answer}, which says that something is as it was made before, once all changes made
   * before are synced.
   */
  void answerWhenSettled(final ApiRequest request, final String type, final byte[] answer) {
    if (lastChange <= lastSynced) {
      send(request, answer);
    } else if (isFailed) {
      sendError(request, type, ApiErrors.STORAGE_RESOURCES_EXCEEDED.exception());
    } else if (waiting.size() >= WAITING_MAX) {
      sendError(request, type, ApiErrors.INSUFFICIENT_RESOURCES.exception());
    } else {
      answerWhenSynced(lastChange, request, type, answer);
    }
  }

  public void onSynced(final FrameView frame) {
    lastSynced = frame.journalSequence();
    while (!waiting.isEmpty() && waiting.peek().journalSequence <= lastSynced) {
      final Answer answer = waiting.poll();
      send(answer.accountId, answer.reply, NOTHING, answer.body);
    }
  }

  public void onJournalFailed() {
    isFailed = true;
    waiting.forEach(
        answer ->
            send(
                answer.accountId,
                answer.reply,
                NOTHING,
                error(answer.type, ApiErrors.STORAGE_RESOURCES_EXCEEDED.exception())));
    waiting.clear();
  }

  static final byte[] NOTHING = {};

  private record Answer(
      long journalSequence, int accountId, byte[] reply, String type, byte[] body) {}
}
