package io.mothership.transport.http;

import io.mothership.transport.head.Causes;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.ArrayDeque;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Protocol state of one HTTP connection: reads one request, has it answered, reads the next.
 *
 * <p><i>Thread:</i> the channel's event loop; gates and handlers run on virtual threads and hand
 * their answers back to it. <i>Back-pressure:</i> nothing is read while a request is being
 * answered, but for a body that its handler pulls.
 */
final class HttpConnection extends ChannelInboundHandlerAdapter implements HttpMember {
  private static final Logger LOG = LoggerFactory.getLogger(HttpConnection.class);
  private static final long LINGER_MS = 1_000;

  /** What is read and dropped of a body that nobody wants, to keep its connection. */
  private static final long SKIPPED_BYTES_MAX = 64 * 1024;

  private final HttpListener listener;
  private final RequestMeter meter;
  private final ConnectionDeadline deadline = new ConnectionDeadline();

  /**
   * What a pipelining client sent too early; one read of the socket at most, as no other follows.
   */
  private final ArrayDeque<Object> pipelined = new ArrayDeque<>();

  private ChannelHandlerContext context;
  private WritableGate gate;
  private HttpConnectionState state = HttpConnectionState.IDLE;
  private Optional<HttpExchange> exchange = Optional.empty();
  private boolean isKeptAlive;
  private boolean knowsChunks;
  private boolean isBodySkippable;
  private boolean isHead;
  private String allowedOrigin;

  /** Whether a request's head was read, and not yet the end of its body. */
  private boolean isBodyUnderWay;

  private volatile long waitingSinceNs = System.nanoTime();
  private volatile UpgradeRoute.Upgraded upgraded;
  private volatile StreamedAnswer streamed;

  HttpConnection(final HttpListener listener) {
    this.listener = listener;
    this.meter = new RequestMeter(listener.counters());
    this.allowedOrigin = listener.origins().allowedOrigin();
  }

  @Override
  public void handlerAdded(final ChannelHandlerContext newContext) {
    context = newContext;
    gate = new WritableGate(newContext.channel());
  }

  @Override
  public void channelActive(final ChannelHandlerContext ignored) {
    final Optional<HttpErrors> full =
        listener.connections().tryJoin(this, listener.config().connections());
    if (full.isPresent()) {
      refuse(full.get());
      return;
    }
    listener.counters().countConnection();
    context.channel().closeFuture().addListener(closed -> listener.connections().leave(this));
    arm(listener.config().times().idleTimeoutMs(), HttpErrors.IDLE);
    context.read();
    if (listener.isStopping()) {
      context.close();
    }
  }

  @Override
  public void channelInactive(final ChannelHandlerContext ignored) {
    deadline.disarm();
    releasePipelined();
    exchange
        .flatMap(HttpExchange::streamed)
        .ifPresent(body -> body.fail(new IOException("connection closed")));
    endExchange();
    meter.abandon();
    gate.signal();
    interruptEvents();
  }

  @Override
  public void channelWritabilityChanged(final ChannelHandlerContext ignored) {
    gate.signal();
  }

  /** Any bytes from the client. */
  void onBytes() {
    if (state == HttpConnectionState.IDLE) {
      state = HttpConnectionState.READING;
      arm(listener.config().times().readTimeoutMs(), HttpErrors.READ_TIMEOUT);
    }
  }

  @Override
  public void channelRead(final ChannelHandlerContext ignored, final Object message) {
    pipelined.add(message);
    takeMessages();
  }

  @Override
  public void channelReadComplete(final ChannelHandlerContext ignored) {
    readIfWanted();
  }

  /** Works through what was decoded, up to where somebody else has to do something first. */
  private void takeMessages() {
    while (!pipelined.isEmpty() && !state.isHeldUp()) {
      final Object message = pipelined.remove();
      try {
        if (state != HttpConnectionState.CLOSING && state != HttpConnectionState.UPGRADED) {
          take(message);
        }
      } finally {
        ReferenceCountUtil.release(message);
      }
    }
  }

  private void take(final Object message) {
    if (message instanceof final HttpRequest request) {
      onHead(request);
    }
    if (message instanceof final HttpContent content) {
      onContent(content);
    }
  }

  private void readIfWanted() {
    final boolean isWanted =
        switch (state) {
          case IDLE, READING, SKIPPING -> true;
          case PULLED -> exchange.flatMap(HttpExchange::streamed).orElseThrow().isHungry();
          case ADMITTING, ANSWERING, CLOSING, UPGRADED -> false;
        };
    if (isWanted && pipelined.isEmpty()) {
      context.read();
    }
  }

  private void releasePipelined() {
    while (!pipelined.isEmpty()) {
      ReferenceCountUtil.release(pipelined.remove());
    }
  }

  private void onHead(final HttpRequest request) {
    // A pipelined request comes out of the flow control without new bytes.
    onBytes();
    isKeptAlive = HttpUtil.isKeepAlive(request);
    knowsChunks = !request.protocolVersion().equals(HttpVersion.HTTP_1_0);
    isHead = request.method().equals(HttpMethod.HEAD);
    isBodyUnderWay = true;
    isBodySkippable = false;
    allowedOrigin = listener.origins().allowedOrigin();
    waitingSinceNs = BUSY;
    meter.begin();
    final Optional<HttpErrors> fault = HttpRequestRules.fault(request);
    if (fault.isPresent()) {
      refuse(fault.get());
      return;
    }
    isBodySkippable =
        !HttpRequestRules.hasBody(request)
            || !HttpUtil.is100ContinueExpected(request)
                && !HttpUtil.isTransferEncodingChunked(request)
                && HttpUtil.getContentLength(request, 0L) <= SKIPPED_BYTES_MAX;
    final Optional<HttpErrors> foreign =
        listener.origins().refusal(request, HttpRequestRules.asksForUpgrade(request));
    if (foreign.isPresent()) {
      allowedOrigin = "";
      refuse(foreign.get());
      return;
    }
    allowedOrigin = listener.origins().allowedOrigin(request.headers());
    if (request.method().equals(HttpMethod.OPTIONS)) {
      respond(HttpResponse.empty(204));
      return;
    }
    try {
      final Optional<RequestTarget> target = RequestTarget.of(request, listener.routes(), peer());
      if (target.isPresent()) {
        route(target.get(), request);
      } else {
        refuse(HttpErrors.NOT_FOUND);
      }
    } catch (final IllegalArgumentException e) {
      refuse(HttpErrors.BAD_TARGET);
    }
  }

  private void route(final RequestTarget target, final HttpRequest request) {
    final Optional<UpgradeRoute> upgrade = target.upgrade();
    final Optional<Route> route = target.route();
    if (upgrade.isPresent() && HttpRequestRules.asksForUpgrade(request)) {
      onUpgrade(upgrade.get(), target.view(), request);
    } else if (route.isPresent()) {
      meter.route(route.get().label());
      exchange = Optional.of(new HttpExchange(listener, request, route.get(), target.view()));
      if (HttpRequestRules.hasBody(request)) {
        onBodyAnnounced(exchange.get());
      }
    } else if (upgrade.isPresent()) {
      listener.count(HttpErrors.UPGRADE_REQUIRED);
      respond(
          HttpErrors.UPGRADE_REQUIRED
              .response()
              .withHeader("Upgrade", "websocket")
              .withHeader("Sec-WebSocket-Version", "13"));
    } else {
      listener.count(HttpErrors.METHOD_NOT_ALLOWED);
      respond(target.methodNotAllowed());
    }
  }

  /** Who may not pass the gate is answered before the body is read or asked for. */
  private void onBodyAnnounced(final HttpExchange current) {
    if (current.isAdmitted()) {
      onBodyAdmitted(current);
      return;
    }
    deadline.disarm();
    state = HttpConnectionState.ADMITTING;
    startThread(
        () -> {
          final Optional<HttpResponse> refusal = current.admit();
          context.executor().execute(() -> onDecided(current, refusal));
        });
  }

  private void onDecided(final HttpExchange current, final Optional<HttpResponse> refusal) {
    if (!isCurrent(current)) {
      return;
    }
    if (refusal.isPresent()) {
      respond(refusal.get());
      return;
    }
    state = HttpConnectionState.READING;
    arm(listener.config().times().readTimeoutMs(), HttpErrors.READ_TIMEOUT);
    onBodyAdmitted(current);
    takeMessages();
    readIfWanted();
  }

  private void onBodyAdmitted(final HttpExchange current) {
    final Optional<HttpErrors> fault = current.bodyFault();
    if (fault.isPresent()) {
      refuse(fault.get());
    } else if (current.route().body().isStreamed()) {
      deadline.disarm();
      state = HttpConnectionState.PULLED;
      current.stream(() -> context.executor().execute(() -> onBodyWanted(current)));
      startThread(() -> answer(current));
    } else {
      sendContinue(current);
    }
  }

  /** The handler has taken all that came of the body. */
  private void onBodyWanted(final HttpExchange current) {
    if (isCurrent(current) && state == HttpConnectionState.PULLED) {
      sendContinue(current);
      readIfWanted();
    }
  }

  private void sendContinue(final HttpExchange current) {
    if (current.takesContinue()) {
      context.writeAndFlush(
          new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE));
    }
  }

  private void onContent(final HttpContent content) {
    if (content.decoderResult().isFailure()) {
      onBrokenContent();
      return;
    }
    listener.counters().countBodyReceived(content.content().readableBytes());
    final boolean isLast = content instanceof LastHttpContent;
    isBodyUnderWay &= !isLast;
    if (exchange.isEmpty()) {
      if (isLast && state == HttpConnectionState.SKIPPING) {
        becomeIdle();
      }
      return;
    }
    final HttpExchange current = exchange.get();
    if (current.streamed().isPresent()) {
      final StreamedBody body = current.streamed().get();
      body.offer(content.content());
      if (isLast) {
        body.end();
        state = HttpConnectionState.ANSWERING;
      }
      return;
    }
    final Optional<HttpErrors> refusal = current.collect(content.content());
    if (refusal.isPresent()) {
      refuse(refusal.get());
    } else if (isLast) {
      startAnswering();
      startThread(() -> answer(current));
    }
  }

  private void onBrokenContent() {
    if (state == HttpConnectionState.SKIPPING) {
      context.close();
      return;
    }
    final Optional<StreamedBody> streamed = exchange.flatMap(HttpExchange::streamed);
    if (streamed.isPresent()) {
      isKeptAlive = false;
      streamed.get().fail(new BodyRefusedException(HttpErrors.MALFORMED));
    } else {
      refuse(HttpErrors.MALFORMED);
    }
  }

  private void startAnswering() {
    deadline.disarm();
    state = HttpConnectionState.ANSWERING;
  }

  private void startThread(final Runnable task) {
    // Nobody else would ever answer this request.
    listener.startThread(task, context::close);
  }

  /** On the handler's thread. */
  private void answer(final HttpExchange current) {
    final HttpResponse response = current.answer();
    final boolean isBodyTaken = current.streamed().map(StreamedBody::isEnded).orElse(true);
    current.closeBody();
    if (response.isStreaming()) {
      // A client of HTTP/1.0 knows no chunks: for it the connection's end is the body's end.
      final boolean isLast = !isKeptAlive || !knowsChunks || !isBodyTaken || listener.isStopping();
      stream(response, isLast);
    } else {
      context
          .executor()
          .execute(
              () -> {
                if (isCurrent(current)) {
                  respond(response);
                }
              });
    }
  }

  /** On the handler's thread, which the body's bytes come from. */
  private void stream(final HttpResponse response, final boolean isLast) {
    final StreamedAnswer answer = new StreamedAnswer(listener, context.channel(), gate, response);
    streamed = answer;
    context
        .channel()
        .write(HttpResponseHead.streaming(response, knowsChunks, isLast, allowedOrigin));
    final boolean isWhole = answer.send(!isHead);
    streamed = null;
    if (isWhole) {
      context
          .executor()
          .execute(
              () -> {
                meter.answer(response);
                afterAnswer(isLast);
              });
    } else {
      context.close();
    }
  }

  private void onUpgrade(
      final UpgradeRoute route, final HttpRequestView view, final HttpRequest request) {
    if (HttpRequestRules.hasBody(request)) {
      refuse(HttpErrors.MALFORMED);
      return;
    }
    meter.route(route.template());
    startAnswering();
    startThread(
        () -> {
          final UpgradeRoute.Decision decision = HttpExchange.decide(listener, route, view);
          context.executor().execute(() -> onDecided(route, decision, request));
        });
  }

  private void onDecided(
      final UpgradeRoute route, final UpgradeRoute.Decision decision, final HttpRequest request) {
    switch (decision) {
      case UpgradeRoute.Decision.Refused(final HttpResponse response) -> respond(response);
      case UpgradeRoute.Decision.Accepted(final UpgradeRoute.Takeover takeover) ->
          handOver(route, takeover, request);
    }
  }

  private void handOver(
      final UpgradeRoute route, final UpgradeRoute.Takeover takeover, final HttpRequest request) {
    if (!context.channel().isActive()) {
      return;
    }
    state = HttpConnectionState.UPGRADED;
    releasePipelined();
    listener.counters().countUpgrade(route.template());
    meter.abandon();
    upgraded = takeover.take(context, HttpRequestRules.whole(request));
    context.pipeline().remove(HttpDeadline.class);
    context.pipeline().remove(this);
    if (listener.isStopping()) {
      upgraded.stop();
    }
  }

  private void refuse(final HttpErrors error) {
    listener.count(error);
    if (error.status() == 0) {
      context.close();
      return;
    }
    if (error.isClosing()) {
      isKeptAlive = false;
    }
    respond(exchange.map(current -> current.refusal(error)).orElseGet(error::response));
  }

  private void respond(final HttpResponse response) {
    deadline.disarm();
    endExchange();
    final boolean isLast =
        !isKeptAlive || listener.isStopping() || isBodyUnderWay && !isBodySkippable;
    state = isLast ? HttpConnectionState.CLOSING : HttpConnectionState.ANSWERING;
    arm(listener.config().times().writeTimeoutMs(), HttpErrors.WRITE_STALLED);
    meter.answer(response);
    context
        .writeAndFlush(HttpResponseHead.whole(response, isLast, allowedOrigin))
        .addListener(
            written -> {
              if (written.isSuccess()) {
                afterAnswer(isLast);
              } else {
                context.close();
              }
            });
  }

  /** The answer has left: wait for the next request, or end. */
  private void afterAnswer(final boolean isLast) {
    deadline.disarm();
    endExchange();
    meter.end();
    if (!context.channel().isActive()) {
      return;
    }
    if (isLast || listener.isStopping()) {
      state = HttpConnectionState.CLOSING;
      releasePipelined();
      HttpFarewell.begin(context.channel());
      deadline.arm(context, LINGER_MS, context::close);
      return;
    }
    if (isBodyUnderWay) {
      state = HttpConnectionState.SKIPPING;
      waitingSinceNs = System.nanoTime();
      arm(listener.config().times().readTimeoutMs(), HttpErrors.IDLE);
    } else {
      becomeIdle();
    }
    takeMessages();
    readIfWanted();
  }

  private void becomeIdle() {
    state = HttpConnectionState.IDLE;
    waitingSinceNs = System.nanoTime();
    arm(listener.config().times().idleTimeoutMs(), HttpErrors.IDLE);
  }

  private boolean isCurrent(final HttpExchange asked) {
    return exchange.isPresent() && exchange.get() == asked;
  }

  private void endExchange() {
    exchange.ifPresent(HttpExchange::end);
    exchange = Optional.empty();
  }

  @Override
  public void userEventTriggered(final ChannelHandlerContext ignored, final Object event) {
    if (event instanceof final SslHandshakeCompletionEvent shaken && !shaken.isSuccess()) {
      listener.count(HttpErrors.TLS_FAILED);
    }
  }

  @Override
  public void exceptionCaught(final ChannelHandlerContext ignored, final Throwable cause) {
    if (!(cause instanceof IOException || cause.getCause() instanceof SSLException)) {
      listener.count(HttpErrors.INTERNAL);
      LOG.warn("connection failed", Causes.withoutText(cause));
    }
    context.close();
  }

  private void interruptEvents() {
    final StreamedAnswer underWay = streamed;
    if (underWay != null) {
      underWay.interrupt();
    }
  }

  /** Whether the request under way asks for a head only. */
  boolean isHead() {
    return isHead;
  }

  @Override
  public SocketAddress peer() {
    return context.channel().remoteAddress();
  }

  @Override
  public long waitingSinceNs() {
    return waitingSinceNs;
  }

  @Override
  public void evict() {
    context
        .executor()
        .execute(
            () -> {
              if (waitingSinceNs != BUSY) {
                refuse(HttpErrors.EVICTED);
              } else if (context.channel().isOpen()) {
                listener.connections().rejoin(this);
              }
            });
  }

  @Override
  public void stop() {
    final UpgradeRoute.Upgraded other = upgraded;
    if (other != null) {
      other.stop();
      return;
    }
    interruptEvents();
    context
        .executor()
        .execute(
            () -> {
              if (state == HttpConnectionState.IDLE) {
                context.close();
              }
            });
  }

  @Override
  public void abort() {
    context.channel().close();
  }

  private void arm(final long delayMs, final HttpErrors reason) {
    deadline.arm(context, delayMs, () -> refuse(reason));
  }
}
