package io.mothership.transport.http;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request that has a route: passes its gate, collects or hands through its body, and has it
 * answered.
 *
 * <p><i>Thread:</i> made and fed on the connection's event loop; {@link #admit} and {@link #answer}
 * run on virtual threads, one after the other.
 */
final class HttpExchange {
  private static final Logger LOG = LoggerFactory.getLogger(HttpExchange.class);

  private final HttpListener listener;
  private final HttpRequest request;
  private final Route route;
  private final BodyReservation reservation;
  private final long bodyBytesMax;
  private HttpRequestView view;
  private boolean isAdmitted;
  private boolean isContinueDue;

  /** The bytes so far of a body that is collected. */
  private ByteArrayOutputStream collected = new ByteArrayOutputStream(0);

  private Optional<StreamedBody> streamed = Optional.empty();

  HttpExchange(
      final HttpListener listener,
      final HttpRequest request,
      final Route route,
      final HttpRequestView view) {
    this.listener = listener;
    this.request = request;
    this.route = route;
    this.view = view;
    this.reservation = new BodyReservation(listener);
    this.bodyBytesMax = route.body().bytesMax(listener.config().sizes());
    this.isAdmitted = route.gate() == Gate.OPEN;
    this.isContinueDue = HttpUtil.is100ContinueExpected(request);
  }

  Route route() {
    return route;
  }

  boolean isAdmitted() {
    return isAdmitted;
  }

  /** Why the body that the head announces is not taken. */
  Optional<HttpErrors> bodyFault() {
    return HttpRequestRules.bodyFault(request, route.body(), listener.config().sizes());
  }

  /**
   * Passes the gate.
   *
   * @return the answer, if the gate has one
   */
  Optional<HttpResponse> admit() {
    try {
      return switch (route.gate().admit(view)) {
        case Gate.Verdict.Refused(final HttpResponse response) -> Optional.of(response);
        case Gate.Verdict.Admitted(final Object attachment) -> {
          view = view.withAttachment(attachment);
          isAdmitted = true;
          yield Optional.empty();
        }
      };
    } catch (final Exception e) {
      return Optional.of(failed(e));
    }
  }

  /** Has the handler answer; passes the gate first if nobody has. */
  HttpResponse answer() {
    if (!isAdmitted) {
      final Optional<HttpResponse> refusal = admit();
      if (refusal.isPresent()) {
        return refusal.get();
      }
    }
    try {
      return route.handler().handle(withBody());
    } catch (final BodyRefusedException e) {
      listener.count(e.reason());
      return refusal(e.reason());
    } catch (final Exception e) {
      return failed(e);
    }
  }

  private HttpRequestView withBody() throws IOException {
    final boolean isGzip = HttpRequestRules.isGzip(request);
    if (streamed.isPresent()) {
      final InputStream raw = streamed.get();
      return view.withStream(isGzip ? new GzipBody(raw, bodyBytesMax) : raw);
    }
    final byte[] bytes = collected.toByteArray();
    collected = new ByteArrayOutputStream(0);
    return view.withBody(
        isGzip && bytes.length > 0 ? GzipBody.decode(bytes, bodyBytesMax, reservation) : bytes);
  }

  /** How a refusal reads on this route. */
  HttpResponse refusal(final HttpErrors reason) {
    return route.refusals().render(reason, view);
  }

  private HttpResponse failed(final Exception e) {
    countFailure(listener, view.method(), route.template(), e);
    return refusal(HttpErrors.HANDLER_FAILED);
  }

  /** What becomes of a connection that asks for another protocol. A virtual thread. */
  static UpgradeRoute.Decision decide(
      final HttpListener listener, final UpgradeRoute route, final HttpRequestView view) {
    try {
      return route.decide(view);
    } catch (final Exception e) {
      countFailure(listener, view.method(), route.template(), e);
      return new UpgradeRoute.Decision.Refused(HttpErrors.HANDLER_FAILED.response());
    }
  }

  private static void countFailure(
      final HttpListener listener, final String method, final String template, final Exception e) {
    listener.count(HttpErrors.HANDLER_FAILED);
    LOG.error("handler failed: method={}, route={}", method, template, e);
  }

  /**
   * From now on the body is handed through instead of being collected.
   *
   * @param demand asks for more of it, on the handler's thread
   */
  void stream(final Runnable demand) {
    streamed =
        Optional.of(
            new StreamedBody(
                reservation, bodyBytesMax, listener.config().times().readTimeoutMs(), demand));
  }

  Optional<StreamedBody> streamed() {
    return streamed;
  }

  /** Takes bytes of a body that is collected; answers why not. */
  Optional<HttpErrors> collect(final ByteBuf bytes) {
    final int length = bytes.readableBytes();
    if (collected.size() + (long) length > bodyBytesMax) {
      return Optional.of(HttpErrors.BODY_TOO_LARGE);
    }
    if (!reservation.tryReserve(length)) {
      return Optional.of(HttpErrors.BODIES_MAX);
    }
    try {
      bytes.getBytes(bytes.readerIndex(), collected, length);
    } catch (final IOException e) {
      throw new IllegalStateException("a byte array refused bytes", e);
    }
    return Optional.empty();
  }

  /** Whether the client waits for a word before it sends the body; true once. */
  boolean takesContinue() {
    final boolean isTaken = isContinueDue;
    isContinueDue = false;
    return isTaken;
  }

  /** Nobody reads the body any more. Any thread. */
  void closeBody() {
    streamed.ifPresent(StreamedBody::close);
  }

  /** The answer has left, or never will. Event loop. */
  void end() {
    closeBody();
    reservation.release();
  }
}
