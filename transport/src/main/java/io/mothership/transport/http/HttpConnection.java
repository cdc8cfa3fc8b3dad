package io.mothership.transport.http;

import io.mothership.transport.head.Causes;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Protocol state of one HTTP connection: reads one whole request, has it answered, reads the next.
 *
 * <p><i>Thread:</i> the channel's event loop; handlers run on virtual threads and hand their
 * answers back to it. <i>Back-pressure:</i> nothing is read while a request is being answered.
 */
final class HttpConnection extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(HttpConnection.class);
  private static final int QUERY_PARAMETERS_MAX = 256;
  private static final long LINGER_MS = 1_000;

  private final HttpListener listener;
  private ByteArrayOutputStream body = new ByteArrayOutputStream(0);

  /**
   * What a pipelining client sent too early; one read of the socket at most, as no other follows.
   */
  private final ArrayDeque<Object> pipelined = new ArrayDeque<>();

  private ChannelHandlerContext context;
  private WritableGate gate;
  private State state = State.IDLE;
  private ScheduledFuture<?> deadline;
  private HttpRequest head;
  private boolean isKeptAlive;
  private boolean knowsChunks;
  private long reservedBytes;
  private volatile UpgradeRoute.Upgraded upgraded;

  private enum State {
    /** Between requests. */
    IDLE,
    /** Bytes of a request came, not yet all. */
    READING,
    /** Somebody makes the answer. */
    ANSWERING,
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
    arm(listener.config().idleTimeoutMs(), HttpErrors.IDLE);
    context.read();
    if (listener.isStopping()) {
      context.close();
    }
  }

  @Override
  public void channelInactive(final ChannelHandlerContext ignored) {
    disarm();
    releasePipelined();
    forgetBody();
    releaseReserved();
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
      arm(listener.config().readTimeoutMs(), HttpErrors.READ_TIMEOUT);
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

  /** Works through what was decoded, up to the end of one request. */
  private void takeMessages() {
    while (!pipelined.isEmpty() && state != State.ANSWERING) {
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
    if (message instanceof final HttpContent content && head != null) {
      onContent(content);
    }
  }

  private void readIfWanted() {
    if (pipelined.isEmpty() && (state == State.IDLE || state == State.READING)) {
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
    final Optional<HttpErrors> fault = fault(request);
    if (fault.isPresent()) {
      refuse(fault.get());
      return;
    }
    if (HttpUtil.is100ContinueExpected(request)) {
      context.writeAndFlush(
          new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE));
    }
    head = request;
  }

  private Optional<HttpErrors> fault(final HttpRequest request) {
    if (request.decoderResult().isFailure()) {
      final Throwable cause = request.decoderResult().cause();
      final boolean isTooLong =
          cause instanceof TooLongHttpLineException || cause instanceof TooLongHttpHeaderException;
      return Optional.of(isTooLong ? HttpErrors.HEADERS_TOO_LARGE : HttpErrors.MALFORMED);
    }
    final HttpVersion version = request.protocolVersion();
    if (version.majorVersion() != 1 || version.minorVersion() > 1) {
      return Optional.of(HttpErrors.VERSION);
    }
    if (version.equals(HttpVersion.HTTP_1_1) && !request.headers().contains(HttpHeaderNames.HOST)) {
      return Optional.of(HttpErrors.HOST_MISSING);
    }
    if (HttpUtil.getContentLength(request, 0L) > listener.config().bodyBytesMax()) {
      return Optional.of(HttpErrors.BODY_TOO_LARGE);
    }
    if (request.headers().contains(HttpHeaderNames.EXPECT)
        && !HttpUtil.is100ContinueExpected(request)) {
      return Optional.of(HttpErrors.EXPECTATION);
    }
    return Optional.empty();
  }

  private void onContent(final HttpContent content) {
    if (content.decoderResult().isFailure()) {
      refuse(HttpErrors.MALFORMED);
      return;
    }
    final int length = content.content().readableBytes();
    if (body.size() + length > listener.config().bodyBytesMax()) {
      refuse(HttpErrors.BODY_TOO_LARGE);
      return;
    }
    if (!listener.tryReserve(length)) {
      refuse(HttpErrors.BODIES_MAX);
      return;
    }
    reservedBytes += length;
    try {
      content.content().getBytes(content.content().readerIndex(), body, length);
    } catch (final IOException e) {
      throw new IllegalStateException("a byte array refused bytes", e);
    }
    if (content instanceof LastHttpContent) {
      onRequest();
    }
  }

  /** Not reset: a connection that once sent much would hold as much for ever. */
  private void forgetBody() {
    if (body.size() > 0) {
      body = new ByteArrayOutputStream(0);
    }
  }

  private void releaseReserved() {
    listener.release(reservedBytes);
    reservedBytes = 0;
  }

  private void onRequest() {
    disarm();
    state = State.ANSWERING;
    final HttpRequest request = head;
    head = null;
    final byte[] bytes = body.toByteArray();
    forgetBody();
    final String method = request.method().name();
    if (method.equals("OPTIONS")) {
      respond(HttpResponse.empty(204));
      return;
    }
    try {
      final QueryStringDecoder target =
          new QueryStringDecoder(
              originForm(request.uri()), StandardCharsets.UTF_8, true, QUERY_PARAMETERS_MAX);
      final String path = target.rawPath();
      final Optional<RouteTable.Match> match =
          path.startsWith("/") ? listener.routes().match(path) : Optional.empty();
      if (match.isEmpty()) {
        refuse(HttpErrors.NOT_FOUND);
        return;
      }
      final HttpRequestView view =
          new HttpRequestView(
              method,
              path,
              match.get().parameters(),
              target.parameters(),
              request.headers(),
              bytes,
              context.channel().remoteAddress());
      route(match.get(), view, request);
    } catch (final IllegalArgumentException e) {
      refuse(HttpErrors.BAD_TARGET);
    }
  }

  private void route(
      final RouteTable.Match match, final HttpRequestView view, final HttpRequest request) {
    final Optional<UpgradeRoute> upgrade = match.upgrade();
    if (upgrade.isPresent() && view.method().equals("GET")) {
      if (asksForUpgrade(request)) {
        startThread(() -> upgrade(upgrade.get(), view, request));
      } else {
        listener.count(HttpErrors.UPGRADE_REQUIRED);
        respond(
            HttpErrors.UPGRADE_REQUIRED
                .response()
                .withHeader("Upgrade", "websocket")
                .withHeader("Sec-WebSocket-Version", "13"));
      }
      return;
    }
    final Optional<RouteHandler> handler = match.handler(view.method());
    if (handler.isEmpty()) {
      listener.count(HttpErrors.METHOD_NOT_ALLOWED);
      respond(HttpErrors.METHOD_NOT_ALLOWED.response().withHeader("Allow", match.allowed()));
      return;
    }
    startThread(() -> handle(handler.get(), view));
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

  private void handle(final RouteHandler handler, final HttpRequestView view) {
    HttpResponse response;
    try {
      response = handler.handle(view);
    } catch (final Exception e) {
      response = failed(view, e);
    }
    if (response.isStreaming()) {
      stream(response, view.method());
    } else {
      final HttpResponse whole = response;
      context.executor().execute(() -> respond(whole));
    }
  }

  private HttpResponse failed(final HttpRequestView view, final Exception e) {
    listener.count(HttpErrors.HANDLER_FAILED);
    LOG.error("handler failed: method={}, path={}", view.method(), view.path(), e);
    return HttpErrors.HANDLER_FAILED.response();
  }

  private void stream(final HttpResponse response, final String method) {
    final ChunkedBody chunks =
        new ChunkedBody(context.channel(), gate, listener.config().writeTimeoutMs());
    try {
      // A client of HTTP/1.0 knows no chunks: for it the connection's end is the body's end.
      final boolean isLast = !isKeptAlive || !knowsChunks || listener.isStopping();
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
      decision = new UpgradeRoute.Decision.Refused(failed(view, e));
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
    releaseReserved();
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
    head = null;
    forgetBody();
    releaseReserved();
    final boolean isLast = !isKeptAlive || listener.isStopping();
    state = isLast ? State.CLOSING : State.ANSWERING;
    arm(listener.config().writeTimeoutMs(), HttpErrors.WRITE_STALLED);
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
    releaseReserved();
    if (!context.channel().isActive()) {
      return;
    }
    if (isLast || listener.isStopping()) {
      state = State.CLOSING;
      lingerAndClose();
      return;
    }
    state = State.IDLE;
    arm(listener.config().idleTimeoutMs(), HttpErrors.IDLE);
    takeMessages();
    readIfWanted();
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
      LOG.warn("connection failed", Causes.withoutText(cause));
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

  /** The path and query of a target that may also be a whole URI. */
  private static String originForm(final String uri) {
    final int scheme = uri.indexOf("://");
    if (uri.startsWith("/") || scheme < 0) {
      return uri;
    }
    final int path = uri.indexOf('/', scheme + 3);
    return path < 0 ? "/" : uri.substring(path);
  }

  private static boolean asksForUpgrade(final HttpRequest request) {
    final HttpHeaders headers = request.headers();
    return headers.containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true)
        && headers.containsValue(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true)
        && headers.contains(HttpHeaderNames.SEC_WEBSOCKET_KEY)
        && "13".equals(headers.get(HttpHeaderNames.SEC_WEBSOCKET_VERSION));
  }
}
