package io.mothership.transport.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Protocol state of one HTTP connection: reads one request, has it answered, reads the next.
 *
 * <p><i>Thread:</i> the channel's event loop; gates and handlers run on virtual threads and hand
 * their answers back to it. <i>Back-pressure:</i> nothing is read while a request is being
 * answered, but for a body that its handler pulls.
 */
final class HttpConnection extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(HttpConnection.class);
  private static final int QUERY_PARAMETERS_MAX = 256;
  private static final long LINGER_MS = 1_000;

  /** What is read and dropped of a body that nobody wants, to keep its connection. */
  private static final long SKIPPED_BYTES_MAX = 64 * 1024;

  private final HttpListener listener;

  /**
   * What a pipelining client sent too early; one read of the socket at most, as no other follows.
   */
  private final ArrayDeque<Object> pipelined = new ArrayDeque<>();

  private ChannelHandlerContext context;
  private WritableGate gate;
  private State state = State.IDLE;
  private ScheduledFuture<?> deadline;
  private Optional<HttpExchange> exchange = Optional.empty();
  private boolean isKeptAlive;
  private boolean knowsChunks;
  private boolean isBodySkippable;

  /** Whether a request's head was read, and not yet the end of its body. */
  private boolean isBodyUnderWay;

  private volatile UpgradeRoute.Upgraded upgraded;

  private enum State {
    /** Between requests. */
    IDLE,
    /** Bytes of a request came, not yet all. */
    READING,
    /** The request's gate decides; its body has to wait. */
    ADMITTING,
    /** The handler pulls the body. */
    PULLED,
    /** Somebody makes the answer. */
    ANSWERING,
    /** The request is answered; the rest of its body is dropped. */
    SKIPPING,
    /** The last answer is on its way; nothing is read any more. */
    CLOSING,
    /** The channel belongs to another protocol. */
    UPGRADED
  }

  HttpConnection(final HttpListener listener) {
    this.listener = listener;
  }

  @Override
  public void handlerAdded(final ChannelHandlerContext newContext) {
    context = newContext;
    gate = new WritableGate(newContext.channel());
  }

  @Override
  public void channelActive(final ChannelHandlerContext ignored) {
    if (!listener.tryJoin(this)) {
      refuse(HttpErrors.CONNECTIONS_MAX);
      return;
    }
    context.channel().closeFuture().addListener(closed -> listener.leave(this));
    arm(listener.config().times().idleTimeoutMs(), HttpErrors.IDLE);
    context.read();
    if (listener.isStopping()) {
      context.close();
    }
  }

  @Override
  public void channelInactive(final ChannelHandlerContext ignored) {
    disarm();
    releasePipelined();
    exchange
        .flatMap(HttpExchange::streamed)
        .ifPresent(body -> body.fail(new IOException("connection closed")));
    endExchange();
    gate.signal();
  }

  @Override
  public void channelWritabilityChanged(final ChannelHandlerContext ignored) {
    gate.signal();
  }

  /** Any bytes from the client. */
  void onBytes() {
    if (state == State.IDLE) {
      state = State.READING;
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
    while (!pipelined.isEmpty() && state != State.ANSWERING && state != State.ADMITTING) {
      final Object message = pipelined.remove();
      try {
        if (state != State.CLOSING && state != State.UPGRADED) {
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
    isBodyUnderWay = true;
    isBodySkippable = false;
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
    if (request.method().name().equals("OPTIONS")) {
      respond(HttpResponse.empty(204));
      return;
    }
    try {
      final QueryStringDecoder target =
          new QueryStringDecoder(
              HttpRequestRules.originForm(request.uri()),
              StandardCharsets.UTF_8,
              true,
              QUERY_PARAMETERS_MAX);
      final String path = target.rawPath();
      final Optional<RouteTable.Match> match =
          path.startsWith("/") ? listener.routes().match(path) : Optional.empty();
      if (match.isEmpty()) {
        refuse(HttpErrors.NOT_FOUND);
        return;
      }
      final HttpRequestView view =
          new HttpRequestView(
              request.method().name(),
              path,
              match.get().parameters(),
              target.parameters(),
              request.headers(),
              context.channel().remoteAddress());
      route(match.get(), view, request);
    } catch (final IllegalArgumentException e) {
      refuse(HttpErrors.BAD_TARGET);
    }
  }

  private void route(
      final RouteTable.Match match, final HttpRequestView view, final HttpRequest request) {
    final Optional<UpgradeRoute> upgrade =
        view.method().equals("GET") ? match.upgrade() : Optional.empty();
    if (upgrade.isPresent() && HttpRequestRules.asksForUpgrade(request)) {
      if (HttpRequestRules.hasBody(request)) {
        refuse(HttpErrors.MALFORMED);
        return;
      }
      startAnswering();
      startThread(() -> upgrade(upgrade.get(), view, request));
      return;
    }
    final Optional<Route> route = match.route(view.method());
    if (route.isPresent()) {
      exchange = Optional.of(new HttpExchange(listener, request, route.get(), view));
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
      respond(HttpErrors.METHOD_NOT_ALLOWED.response().withHeader("Allow", match.allowed()));
    }
  }

  /** Who may not pass the gate is answered before the body is read or asked for. */
  private void onBodyAnnounced(final HttpExchange current) {
    if (current.isAdmitted()) {
      onBodyAdmitted(current);
      return;
    }
    disarm();
    state = State.ADMITTING;
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
    state = State.READING;
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
      disarm();
      state = State.PULLED;
      current.stream(() -> context.executor().execute(() -> onBodyWanted(current)));
      startThread(() -> answer(current));
    } else {
      sendContinue(current);
    }
  }

  /** The handler has taken all that came of the body. */
  private void onBodyWanted(final HttpExchange current) {
    if (isCurrent(current) && state == State.PULLED) {
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
    final boolean isLast = content instanceof LastHttpContent;
    isBodyUnderWay &= !isLast;
    if (exchange.isEmpty()) {
      if (isLast && state == State.SKIPPING) {
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
        state = State.ANSWERING;
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
    if (state == State.SKIPPING) {
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
    disarm();
    state = State.ANSWERING;
  }

  private void startThread(final Runnable task) {
    listener
        .handlers()
        .execute(
            () -> {
              try {
                task.run();
              } catch (final Throwable e) {
                // Nobody else would ever answer this request.
                LOG.error("a request's thread died", e);
                context.close();
              }
            });
  }

  /** On the handler's thread. */
  private void answer(final HttpExchange current) {
    final HttpResponse response = current.answer();
    final boolean isBodyTaken = current.streamed().map(StreamedBody::isEnded).orElse(true);
    current.closeBody();
    if (response.isStreaming()) {
      // A client of HTTP/1.0 knows no chunks: for it the connection's end is the body's end.
      final boolean isLast = !isKeptAlive || !knowsChunks || !isBodyTaken || listener.isStopping();
      stream(response, current.view().method(), isLast);
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

  private void stream(final HttpResponse response, final String method, final boolean isLast) {
    final ChunkedBody chunks =
        new ChunkedBody(context.channel(), gate, listener.config().times().writeTimeoutMs());
    try {
      context.channel().write(HttpResponseHead.streaming(response, knowsChunks, isLast));
      if (!method.equals("HEAD")) {
        response.stream().writeTo(chunks);
      }
      chunks.end();
      context.executor().execute(() -> afterAnswer(isLast));
    } catch (final WriteStalledException e) {
      listener.count(HttpErrors.WRITE_STALLED);
      context.close();
    } catch (final IOException e) {
      context.close();
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
      context.close();
    } catch (final RuntimeException e) {
      // The head is sent: only a cut connection tells the client that the body is not whole.
      LOG.error("streamed answer failed", e);
      context.close();
    } finally {
      chunks.discard();
    }
  }

  private void upgrade(
      final UpgradeRoute route, final HttpRequestView view, final HttpRequest request) {
    UpgradeRoute.Decision decision;
    try {
      decision = route.decide(view);
    } catch (final Exception e) {
      decision = new UpgradeRoute.Decision.Refused(HttpExchange.failed(listener, view, e));
    }
    final UpgradeRoute.Decision decided = decision;
    context
        .executor()
        .execute(
            () -> {
              switch (decided) {
                case UpgradeRoute.Decision.Refused(final HttpResponse response) ->
                    respond(response);
                case UpgradeRoute.Decision.Accepted(final UpgradeRoute.Takeover takeover) ->
                    handOver(takeover, request);
              }
            });
  }

  private void handOver(final UpgradeRoute.Takeover takeover, final HttpRequest request) {
    if (!context.channel().isActive()) {
      return;
    }
    state = State.UPGRADED;
    releasePipelined();
    final FullHttpRequest whole =
        new DefaultFullHttpRequest(
            request.protocolVersion(),
            request.method(),
            request.uri(),
            Unpooled.EMPTY_BUFFER,
            request.headers(),
            request.headers().copy().clear());
    upgraded = takeover.take(context, whole);
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
    respond(error.response());
  }

  private void respond(final HttpResponse response) {
    disarm();
    endExchange();
    final boolean isLast =
        !isKeptAlive || listener.isStopping() || isBodyUnderWay && !isBodySkippable;
    state = isLast ? State.CLOSING : State.ANSWERING;
    arm(listener.config().times().writeTimeoutMs(), HttpErrors.WRITE_STALLED);
    context
        .writeAndFlush(HttpResponseHead.whole(response, isLast))
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
    disarm();
    endExchange();
    if (!context.channel().isActive()) {
      return;
    }
    if (isLast || listener.isStopping()) {
      state = State.CLOSING;
      lingerAndClose();
      return;
    }
    if (isBodyUnderWay) {
      state = State.SKIPPING;
      arm(listener.config().times().readTimeoutMs(), HttpErrors.IDLE);
    } else {
      becomeIdle();
    }
    takeMessages();
    readIfWanted();
  }

  private void becomeIdle() {
    state = State.IDLE;
    arm(listener.config().times().idleTimeoutMs(), HttpErrors.IDLE);
  }

  private boolean isCurrent(final HttpExchange asked) {
    return exchange.isPresent() && exchange.get() == asked;
  }

  private void endExchange() {
    exchange.ifPresent(HttpExchange::end);
    exchange = Optional.empty();
  }

  /**
   * Half-closes and reads away what the client still sends: closing at once with unread bytes would
   * reset the connection, and the client might lose the answer.
   */
  private void lingerAndClose() {
    releasePipelined();
    if (context.channel() instanceof final SocketChannel socket) {
      socket.shutdownOutput();
    }
    context.channel().config().setAutoRead(true);
    deadline = context.executor().schedule(() -> context.close(), LINGER_MS, TimeUnit.MILLISECONDS);
  }

  @Override
  public void exceptionCaught(final ChannelHandlerContext ignored, final Throwable cause) {
    if (!(cause instanceof IOException)) {
      listener.count(HttpErrors.INTERNAL);
      LOG.warn("connection failed", cause);
    }
    context.close();
  }

  /** The listener stops. Any thread. */
  void stop() {
    final UpgradeRoute.Upgraded other = upgraded;
    if (other != null) {
      other.stop();
      return;
    }
    context
        .executor()
        .execute(
            () -> {
              if (state == State.IDLE) {
                context.close();
              }
            });
  }

  /** The listener's patience is over. Any thread. */
  void abort() {
    context.channel().close();
  }

  private void arm(final long delayMs, final HttpErrors reason) {
    disarm();
    deadline = context.executor().schedule(() -> refuse(reason), delayMs, TimeUnit.MILLISECONDS);
  }

  private void disarm() {
    if (deadline != null) {
      deadline.cancel(false);
      deadline = null;
    }
  }
}
