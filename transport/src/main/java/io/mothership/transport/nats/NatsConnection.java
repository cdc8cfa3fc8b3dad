package io.mothership.transport.nats;

import io.mothership.bus.Ingress;
import io.mothership.bus.Outbox;
import io.mothership.bus.Pressure;
import io.mothership.bus.SessionOpening;
import io.mothership.frame.FrameDescriptor;
import io.mothership.frame.HotPath;
import io.mothership.frame.MessageView;
import io.mothership.frame.Slice;
import io.mothership.frame.codec.Origin;
import io.mothership.routing.Subjects;
import io.mothership.security.Principal;
import io.mothership.transport.head.Causes;
import io.mothership.transport.head.HeadConnection;
import io.mothership.transport.head.KeepAlive;
import io.mothership.transport.head.OutboxDrain;
import io.mothership.transport.head.ReadPause;
import io.mothership.transport.head.SessionLines;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Protocol state of one socket: what the client negotiated, what it may do, and whether it still
 * answers.
 *
 * <p>An operation may need several places in the ring (an {@code +OK} and a message, say). When the
 * ring is full between them, {@code step} remembers how far it came, and the decoder hands the same
 * operation over again.
 *
 * <p><i>Thread:</i> the connection's event loop. <i>Allocates:</i> nothing per message.
 * <i>Back-pressure:</i> a full ring stops the reading of this socket until the operation fits.
 */
final class NatsConnection extends ChannelInboundHandlerAdapter
    implements HeadConnection, KeepAlive.Peer, OutboxDrain.Owner, ReadPause.Reader {
  private static final byte[] JETSTREAM = {'$', 'J', 'S', '.'};
  private static final Logger LOGGER = LoggerFactory.getLogger(NatsConnection.class);

  private static final Slice OK = Slice.of("+OK\r\n");
  private static final Slice SUBSCRIBED = Slice.of("\u0001+OK\r\n");
  private static final Slice PING = Slice.of("PING\r\n");
  private static final int ACCOUNT_ID = 0;

  private final NatsContext context;
  private final NatsConfig config;
  private final Ingress ingress;
  private final NatsCounters counters;
  private final Channel channel;
  private final NatsDecoder decoder;
  private final OutboxDrain drain;
  private final NatsOutbox outbox;
  private final KeepAlive keepAlive;
  private final ReadPause reading;
  private final SessionLines lines;
  private final ConnectOptions options = new ConnectOptions();
  private final NatsReports reports;
  private final long id;
  private final String nonce;

  private NatsLogins logins;
  private Principal principal = Principal.anonymous();
  private boolean isAwaitingLogin;
  private boolean isConnected;
  private boolean isOpen;
  private boolean isFailing;
  private boolean isConnectionInfoSent;
  private boolean hasPinged;
  private int step;
  private long readMessages;
  private long readBytes;

  NatsConnection(final NatsContext context, final Channel channel) {
    this.context = context;
    this.config = context.config();
    this.ingress = context.ingress();
    this.counters = context.counters();
    this.channel = channel;
    this.id = context.connectionIds().getAsLong();
    this.decoder =
        new NatsDecoder(
            this, config.controlLineBytesMax(), config.payloadBytesMax(), context.buffers());
    this.reports = new NatsReports(id, channel, options, counters);
    this.drain =
        new OutboxDrain(
            this,
            channel,
            config.writeDeadlineMs(),
            config.farewellMs(),
            NatsErrors.SERVER_SHUTDOWN.line());
    this.outbox =
        new NatsOutbox(
            context.chunks(), counters, channel, config.pendingBytesMax(), drain, reports::report);
    this.keepAlive = new KeepAlive(this, channel.eventLoop(), config.keepAlive());
    this.reading = new ReadPause(this, channel, context.afterRead());
    this.lines = new SessionLines(id, ingress, channel, drain, context.afterRead());
    this.logins = config.logins();
    this.nonce = logins.newNonce();
    final Optional<Principal> anonymous = logins.admit(options, nonce);
    isAwaitingLogin = anonymous.isEmpty();
    anonymous.ifPresent(this::principal);
  }

  @Override
  public long id() {
    return id;
  }

  @Override
  public Channel channel() {
    return channel;
  }

  NatsDecoder decoder() {
    return decoder;
  }

  NatsOutbox outbox() {
    return outbox;
  }

  boolean isPaused() {
    return reading.isPaused();
  }

  boolean takesHeaders() {
    return options.takesHeaders();
  }

  /** Whether anything but CONNECT is refused. */
  boolean isAwaitingLogin() {
    return isAwaitingLogin;
  }

  // Life

  @Override
  public void channelActive(final ChannelHandlerContext handler) {
    counters.countConnection();
    send(Slice.of(greeting(NatsGreeting.Occasion.HELLO)));
    if (!context.registry().tryAdd(this, config.connectionsMax())) {
      fail(NatsErrors.CONNECTIONS_EXCEEDED);
      return;
    }
    keepAlive.start(isAwaitingLogin);
    handler.fireChannelActive();
  }

  @Override
  public void channelReadComplete(final ChannelHandlerContext handler) {
    countReads();
    context.afterRead().run();
    handler.fireChannelReadComplete();
  }

  @Override
  public void channelWritabilityChanged(final ChannelHandlerContext handler) {
    if (channel.isWritable()) {
      drain.transmit(outbox);
    }
    handler.fireChannelWritabilityChanged();
  }

  @Override
  public void channelInactive(final ChannelHandlerContext handler) {
    decoder.stop();
    keepAlive.stop();
    context.registry().remove(this);
    outbox.discardAll();
    if (isOpen) {
      lines.closeSession();
    }
    handler.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(final ChannelHandlerContext handler, final Throwable cause) {
    if (cause instanceof IOException) {
      reports.report(NatsErrors.TRANSPORT_FAILED, Causes.kind(cause));
    } else if (cause instanceof DecoderException) {
      reports.report(NatsErrors.TLS_FAILED, Causes.kind(cause));
    } else {
      counters.count(NatsErrors.INTERNAL);
      LOGGER.error("connection failed: conn={}", id, Causes.withoutText(cause));
    }
    decoder.stop();
    channel.close();
  }

  /** Refuses, and ends the connection unless the error's row says otherwise. */
  void fail(final NatsErrors error) {
    if (isFailing) {
      return;
    }
    isFailing = true;
    decoder.stop();
    reports.report(error);
    farewell(error.line());
  }

  /** Ends the connection after what is on its way to it. */
  void shutDown() {
    if (!isFailing) {
      isFailing = true;
      decoder.stop();
      farewell(NatsErrors.SERVER_SHUTDOWN.line());
    }
  }

  /** Tells the client that this server is about to go. */
  void announceLameDuck() {
    if (!isFailing && options.protocol() >= 1) {
      send(Slice.of(greeting(NatsGreeting.Occasion.LAME_DUCK)));
    }
  }

  /**
   * Takes new logins into account: a client that could no longer log in as it did, or would have
   * other rights, is ended and may come again.
   */
  void readmit(final NatsLogins newLogins) {
    logins = newLogins;
    if (isFailing || isAwaitingLogin) {
      return;
    }
    final Optional<Principal> now = newLogins.admit(options, nonce);
    if (now.isEmpty() || !now.get().equals(principal)) {
      fail(NatsErrors.AUTHORIZATION_VIOLATION);
    }
  }

  @Override
  public void onDispatcherClose(final Outbox.CloseReason reason) {
    isFailing = true;
    decoder.stop();
    if (reason == Outbox.CloseReason.SLOW_CONSUMER) {
      reports.report(NatsErrors.SLOW_CONSUMER, "pending=" + outbox.pendingBytes());
      drain.endSlow(outbox, NatsErrors.SLOW_CONSUMER.line());
    } else {
      drain.finish(outbox);
    }
  }

  @Override
  public void onWriteDeadline() {
    isFailing = true;
    decoder.stop();
    reports.report(NatsErrors.WRITE_DEADLINE_EXCEEDED, "pending=" + outbox.pendingBytes());
    channel.close();
  }

  // What the decoder found. Each answers 0 or more when done, Pressure.FULL to be asked again.

  void onActivity() {
    keepAlive.onActivity();
  }

  int onConnect(final Slice json) {
    if (step == 0) {
      if (!logIn(json)) {
        return Pressure.CLOSED;
      }
      step = isConnected && isOpen ? 1 : 2;
    }
    if (step == 1) {
      // A second CONNECT may be another user's: the first one's subscriptions end.
      if (ingress.tryClose(id) < 0) {
        return reading.pause();
      }
      isOpen = false;
      step = 2;
    }
    if (step == 2) {
      isOpen = false;
      if (!open()) {
        return reading.pause();
      }
      if (!isConnected) {
        isConnected = true;
        keepAlive.onConnect();
      }
      step = 3;
    }
    return confirm(3, OK);
  }

  @HotPath
  int onPublish(final MessageView message) {
    final Slice subject = message.subject();
    final boolean isLiteral = Subjects.isLiteral(subject);
    if (step == 0) {
      if (isTooLong(subject) || isTooLong(message.reply())) {
        return failed(NatsErrors.CONTROL_LINE_EXCEEDED);
      }
      if (!open()) {
        return reading.pause();
      }
      if (!isLiteral && options.isPedantic()) {
        if (control(NatsErrors.INVALID_PUBLISH_SUBJECT.line()) < 0) {
          return reading.pause();
        }
        reports.report(NatsErrors.INVALID_PUBLISH_SUBJECT);
      }
      step = 1;
    }
    if (step == 1) {
      final int refused = refusePublish(message);
      if (refused != 0) {
        return refused > 0 ? done() : reading.pause();
      }
      step = 2;
    }
    if (step == 2) {
      if (options.isVerbose() && ingress.tryControl(id, OK) < 0) {
        return reading.pause();
      }
      step = 3;
    }
    // A consumer's filter may end the subject of an API request.
    if (isLiteral || subject.startsWith(JETSTREAM) && Subjects.isValid(subject)) {
      final int answer = ingress.tryPublish(id, Origin.NATS, ACCOUNT_ID, 0, message);
      if (answer == Pressure.FULL) {
        return reading.pause();
      }
      if (answer < 0) {
        return failed(NatsErrors.PAYLOAD_EXCEEDED);
      }
    }
    readMessages++;
    readBytes += message.bodyLength();
    return done();
  }

  int onSubscribe(final Slice subject, final Slice queue, final Slice sid) {
    if (step == 0) {
      if (isTooLong(subject) || isTooLong(queue) || isTooLong(sid)) {
        return failed(NatsErrors.CONTROL_LINE_EXCEEDED);
      }
      if (!open()) {
        return reading.pause();
      }
      final int refused = refuseSubscription(subject, queue);
      if (refused != 0) {
        return refused > 0 ? done() : reading.pause();
      }
      if (ingress.trySubscribe(id, sid, subject, queue) < 0) {
        return reading.pause();
      }
      step = 1;
    }
    return confirm(1, SUBSCRIBED);
  }

  int onUnsubscribe(final Slice sid, final long deliveredMax) {
    if (step == 0) {
      if (!open() || ingress.tryUnsubscribe(id, sid, deliveredMax) < 0) {
        return reading.pause();
      }
      step = 1;
    }
    return confirm(1, OK);
  }

  int onPing() {
    if (step == 0) {
      if (!open() || ingress.tryPong(id) < 0) {
        return reading.pause();
      }
      hasPinged = true;
      step = 1;
    }
    if (isConnected && !isConnectionInfoSent && options.protocol() >= 1) {
      if (control(greeting(NatsGreeting.Occasion.CONNECTED)) < 0) {
        return reading.pause();
      }
      isConnectionInfoSent = true;
    }
    return done();
  }

  int onPong() {
    keepAlive.onPong();
    return 0;
  }

  /** Clients of other servers' clusters may send INFO; it means nothing here. */
  int onInfo(final Slice json) {
    if (!new ConnectOptions().parse(json)) {
      return failed(NatsErrors.MALFORMED_OPERATION);
    }
    return 0;
  }

  // What the keep-alive asks for

  @Override
  public boolean hasPinged() {
    return hasPinged;
  }

  @Override
  public void ping() {
    if (!isFailing && !isAwaitingLogin) {
      send(PING);
    }
  }

  @Override
  public void onLoginPatienceOver() {
    if (isAwaitingLogin) {
      fail(NatsErrors.AUTHENTICATION_TIMEOUT);
    }
  }

  @Override
  public void onStale() {
    fail(NatsErrors.STALE_CONNECTION);
  }

  private boolean logIn(final Slice json) {
    if (!options.parse(json)) {
      fail(NatsErrors.MALFORMED_CONNECT);
      return false;
    }
    final Optional<Principal> user = logins.admit(options, nonce);
    if (user.isEmpty() || options.namesAccount()) {
      fail(NatsErrors.AUTHORIZATION_VIOLATION);
      return false;
    }
    if (options.protocol() < 0 || options.protocol() > 1) {
      fail(NatsErrors.BAD_CLIENT_PROTOCOL);
      return false;
    }
    if (options.wantsNoResponders() && !options.takesHeaders()) {
      fail(NatsErrors.NO_RESPONDERS_WITHOUT_HEADERS);
      return false;
    }
    isAwaitingLogin = false;
    principal(user.get());
    return true;
  }

  private int failed(final NatsErrors error) {
    fail(error);
    return Pressure.CLOSED;
  }

  /** Whether the rest of the appliance has no room for it, whatever the control line's limit is. */
  private static boolean isTooLong(final Slice name) {
    return name.length() > FrameDescriptor.SUBJECT_LENGTH_MAX;
  }

  private void principal(final Principal newPrincipal) {
    principal = newPrincipal;
    outbox.deliverable(newPrincipal.subjects());
  }

  /** Makes sure that the dispatcher knows this connection. */
  private boolean open() {
    if (!isOpen) {
      final SessionOpening opening =
          new SessionOpening(
              id,
              ACCOUNT_ID,
              Origin.NATS,
              outbox,
              options.isEcho(),
              options.wantsNoResponders(),
              options.takesHeaders(),
              principal.subjects().scope());
      isOpen = ingress.tryOpen(opening) >= 0;
    }
    return isOpen;
  }

  /** 0 if the client may publish this; above if it was told that it may not; below to try again. */
  private int refusePublish(final MessageView message) {
    final Slice subject = message.subject();
    final Slice reply = message.reply();
    if (!principal.subjects().mayPublish(subject)) {
      return refuse(NatsErrors.PUBLISH_DENIED, GoText.quoted(subject));
    }
    if (!reply.isEmpty() && !principal.subjects().mayReplyTo(reply)) {
      return refuse(NatsErrors.REPLY_DENIED, GoText.quoted(reply));
    }
    return 0;
  }

  /** Like {@link #refusePublish}. */
  private int refuseSubscription(final Slice subject, final Slice queue) {
    if (!principal.subjects().maySubscribe(subject, queue)) {
      final GoText named = GoText.quoted(subject);
      return refuse(
          NatsErrors.SUBSCRIPTION_DENIED,
          queue.isEmpty() ? named : named.then(" using queue ").thenQuoted(queue));
    }
    if (!Subjects.isValid(subject)) {
      return refuse(NatsErrors.INVALID_SUBJECT, NatsErrors.INVALID_SUBJECT.line());
    }
    return 0;
  }

  private int refuse(final NatsErrors error, final GoText named) {
    return refuse(error, error.line(named));
  }

  private int refuse(final NatsErrors error, final byte[] line) {
    if (control(line) < 0) {
      return Pressure.FULL;
    }
    reports.report(error);
    return 1;
  }

  private int control(final byte[] line) {
    return ingress.tryControl(id, Slice.of(line));
  }

  /** Says {@code +OK} to a client that wants to hear it, as the last step of an operation. */
  private int confirm(final int atStep, final Slice line) {
    step = atStep;
    if (options.isVerbose() && ingress.tryControl(id, line) < 0) {
      return reading.pause();
    }
    return done();
  }

  private int done() {
    step = 0;
    return 0;
  }

  // Back-pressure

  @Override
  public void onPause() {
    counters.countReadPause();
  }

  @Override
  public void resume() {
    decoder.resume();
    countReads();
  }

  @Override
  public boolean isEnding() {
    return isFailing;
  }

  // Lines from this side

  /**
   * Sends a line of this side's own: in its place behind the session's messages, once there is one.
   */
  private void send(final Slice line) {
    if (isOpen) {
      lines.send(line);
    } else {
      channel.writeAndFlush(Unpooled.wrappedBuffer(line.toByteArray()));
    }
  }

  /** Sends the last line behind everything else and closes. */
  private void farewell(final byte[] line) {
    if (isOpen) {
      lines.farewell(line, config.farewellMs());
    } else {
      drain.end(line);
    }
  }

  // Small matters

  private void countReads() {
    if (readMessages != 0) {
      counters.countIn(readMessages, readBytes);
      readMessages = 0;
      readBytes = 0;
    }
  }

  private byte[] greeting(final NatsGreeting.Occasion occasion) {
    final int port =
        channel.localAddress() instanceof final InetSocketAddress address
            ? address.getPort()
            : config.port();
    return context.greeting().line(occasion, id, reports.clientIp(), port, nonce);
  }
}
