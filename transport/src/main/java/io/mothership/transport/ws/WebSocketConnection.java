package io.mothership.transport.ws;

import io.mothership.transport.head.Causes;
import io.mothership.transport.http.UpgradeRoute;
import io.mothership.transport.http.WritableGate;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.CorruptedFrameException;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.Utf8FrameValidator;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshaker;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshaker13;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Protocol state of one WebSocket. What the client sends besides control frames is read and
 * dropped: the sessions so far only talk.
 *
 * <p><i>Thread:</i> the channel's event loop, except {@link #send}.
 */
final class WebSocketConnection extends ChannelInboundHandlerAdapter
    implements WebSocketPeer, UpgradeRoute.Upgraded {
  private static final Logger LOG = LoggerFactory.getLogger(WebSocketConnection.class);
  private static final long CLOSE_PATIENCE_MS = 2_000;
  private static final long FOREVER_MS = TimeUnit.DAYS.toMillis(365);

  private final WebSocketConfig config;
  private final WebSocketSession session;
  private final WebSocketCounters counters;
  private ChannelHandlerContext context;
  private WritableGate gate;
  private Thread thread;
  private ScheduledFuture<?> pinger;
  private long lastFrameNs = System.nanoTime();
  private boolean isClosing;

  /** Why it ends; what comes first counts. */
  private WebSocketErrors reason = WebSocketErrors.GONE;

  private boolean isOpenCounted;

  private WebSocketConnection(
      final WebSocketConfig config,
      final WebSocketSession session,
      final WebSocketCounters counters) {
    this.config = config;
    this.session = session;
    this.counters = counters;
  }

  /** Answers the handshake and starts the session; event loop. */
  static WebSocketConnection take(
      final ChannelHandlerContext http,
      final FullHttpRequest request,
      final WebSocketConfig config,
      final String subprotocol,
      final WebSocketSession session,
      final WebSocketCounters counters) {
    final WebSocketDecoderConfig decoding =
        WebSocketDecoderConfig.newBuilder()
            .maxFramePayloadLength(config.frameBytesMax())
            .expectMaskedFrames(true)
            .allowExtensions(false)
            .withUTF8Validator(true)
            .closeOnProtocolViolation(false)
            .build();
    final WebSocketServerHandshaker handshaker =
        new WebSocketServerHandshaker13("", subprotocol.isEmpty() ? null : subprotocol, decoding);
    final WebSocketConnection connection = new WebSocketConnection(config, session, counters);
    http.pipeline().addAfter(http.name(), "websocket", connection);
    http.pipeline().addAfter(http.name(), "utf8", new Utf8FrameValidator(false));
    handshaker
        .handshake(http.channel(), request, new DefaultHttpHeaders(), http.channel().newPromise())
        .addListener(
            shaken -> {
              if (shaken.isSuccess()) {
                connection.start();
              } else {
                http.channel().close();
              }
            });
    return connection;
  }

  @Override
  public void handlerAdded(final ChannelHandlerContext newContext) {
    context = newContext;
    gate = new WritableGate(newContext.channel());
  }

  private void start() {
    if (!context.channel().isActive()) {
      return;
    }
    isOpenCounted = true;
    counters.countOpen();
    context.channel().config().setAutoRead(true);
    pinger =
        context
            .executor()
            .scheduleAtFixedRate(
                this::ping,
                config.pingIntervalMs(),
                config.pingIntervalMs(),
                TimeUnit.MILLISECONDS);
    thread =
        Thread.ofVirtual().name("ms-ws-" + context.channel().id().asShortText()).start(this::run);
  }

  private void run() {
    try {
      session.run(this);
      endLater(WebSocketErrors.NORMAL);
    } catch (final IOException e) {
      LOG.debug("client is gone: {}", e.getMessage());
      context.close();
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (final RuntimeException e) {
      LOG.error("session failed", e);
      endLater(WebSocketErrors.SESSION_FAILED);
    }
  }

  @Override
  public void awaitRoom() throws IOException, InterruptedException {
    gate.await(FOREVER_MS);
  }

  @Override
  public void send(final byte[] text) throws IOException, InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    if (!context.channel().isActive()) {
      throw new IOException("connection closed");
    }
    counters.countSent(text.length);
    // The channel copies it out of the heap; without memory there it must not go on with a gap.
    context
        .channel()
        .writeAndFlush(new TextWebSocketFrame(Unpooled.wrappedBuffer(text)))
        .addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
  }

  @Override
  public boolean isOpen() {
    return context.channel().isActive();
  }

  /** The listener stops. */
  @Override
  public void stop() {
    endLater(WebSocketErrors.STOPPING);
  }

  @Override
  public void channelRead(final ChannelHandlerContext ignored, final Object message) {
    try {
      lastFrameNs = System.nanoTime();
      switch (message) {
        case PingWebSocketFrame ping ->
            context.writeAndFlush(new PongWebSocketFrame(ping.content().retain()));
        case CloseWebSocketFrame close -> answerClose(close);
        case BinaryWebSocketFrame ignoredFrame -> end(WebSocketErrors.BINARY_UNSUPPORTED);
        case WebSocketFrame other -> counters.countReceived(other.content().readableBytes());
        default -> {}
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  @Override
  public void channelWritabilityChanged(final ChannelHandlerContext ignored) {
    gate.signal();
  }

  @Override
  public void channelInactive(final ChannelHandlerContext ignored) {
    if (pinger != null) {
      pinger.cancel(false);
    }
    gate.signal();
    if (thread != null) {
      thread.interrupt();
    }
    if (isOpenCounted) {
      isOpenCounted = false;
      counters.countEnd(reason);
    }
  }

  @Override
  public void exceptionCaught(final ChannelHandlerContext ignored, final Throwable cause) {
    if (cause instanceof final CorruptedWebSocketFrameException corrupted) {
      end(
          switch (corrupted.closeStatus().code()) {
            case 1007 -> WebSocketErrors.NOT_UTF8;
            case 1009 -> WebSocketErrors.TOO_LARGE;
            default -> WebSocketErrors.PROTOCOL;
          });
    } else if (cause instanceof TooLongFrameException) {
      end(WebSocketErrors.TOO_LARGE);
    } else if (cause instanceof CorruptedFrameException) {
      end(WebSocketErrors.PROTOCOL);
    } else {
      if (!(cause instanceof IOException)) {
        LOG.warn("WebSocket failed: {}", Causes.kind(cause));
      }
      context.close();
    }
  }

  private void ping() {
    if (System.nanoTime() - lastFrameNs > TimeUnit.MILLISECONDS.toNanos(config.silenceMs())) {
      LOG.debug("closing: {}", WebSocketErrors.SILENT.text());
      reason = WebSocketErrors.SILENT;
      context.close();
    } else {
      context.writeAndFlush(new PingWebSocketFrame());
    }
  }

  private void answerClose(final CloseWebSocketFrame close) {
    if (isClosing) {
      context.close();
      return;
    }
    isClosing = true;
    reason = WebSocketErrors.CLIENT;
    final int code = close.statusCode();
    context
        .writeAndFlush(code < 0 ? new CloseWebSocketFrame() : new CloseWebSocketFrame(code, ""))
        .addListener(ChannelFutureListener.CLOSE);
  }

  private void endLater(final WebSocketErrors why) {
    context.executor().execute(() -> end(why));
  }

  /** Says why, and closes when the client agreed or took too long. */
  private void end(final WebSocketErrors why) {
    if (isClosing || !context.channel().isActive()) {
      return;
    }
    isClosing = true;
    reason = why;
    if (thread != null) {
      thread.interrupt();
    }
    context.writeAndFlush(new CloseWebSocketFrame(why.code(), why.text()));
    context.executor().schedule(() -> context.close(), CLOSE_PATIENCE_MS, TimeUnit.MILLISECONDS);
  }
}
