package io.mothership.alien;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.mothership.alien.AlienListener.Notice;
import io.nats.client.Connection;
import io.nats.client.ErrorListener;
import io.nats.client.JetStreamApiException;
import io.nats.client.Message;
import io.nats.client.MessageHandler;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.nats.client.impl.Headers;
import io.nats.client.impl.NatsMessage;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Keeps a NATS connection for ever and empties the outgoing window into it.
 *
 * <p>The client library's own reconnecting is off: it keeps unsent messages and would send those
 * before the older ones that were lost on the wire. Here every connection begins with everything
 * unsettled, in order.
 *
 * <p><em>Thread:</em> ms-alien-link; acknowledgements arrive on the library's threads.
 */
final class Link implements Runnable {

  private static final JsonFactory JSON = new JsonFactory();
  private static final long RECONNECT_DELAY_MIN_MS = 100;
  private static final long REFUSAL_DELAY_NS = TimeUnit.MILLISECONDS.toNanos(250);
  private static final long IDLE_WAIT_NS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long COMMAND_RETRY_NS = TimeUnit.SECONDS.toNanos(1);

  private final AlienConfig config;
  private final String name;
  private final OutgoingWindow window;
  private final CommandDesk commands;
  private final AlienListener listener;
  private final StoredMessages stored = new StoredMessages();
  private final Thread thread;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final AtomicReference<Connection> current = new AtomicReference<>();
  private volatile boolean isClosing;

  Link(
      final AlienConfig config,
      final String name,
      final OutgoingWindow window,
      final CommandDesk commands,
      final AlienListener listener) {
    this.config = config;
    this.name = name;
    this.window = window;
    this.commands = commands;
    this.listener = listener;
    this.thread = Thread.ofPlatform().daemon().name("ms-alien-link").unstarted(this);
  }

  void start() {
    thread.start();
  }

  void close() {
    isClosing = true;
    thread.interrupt();
    boolean isInterrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (final InterruptedException e) {
        isInterrupted = true;
      }
    }
    if (isInterrupted) {
      Thread.currentThread().interrupt();
    }
  }

  boolean isConnected() {
    final Connection connection = current.get();
    return connection != null && connection.getStatus() == Connection.Status.CONNECTED;
  }

  boolean awaitConnected(final Duration timeout) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long leftNs = timeout.toNanos();
      while (!isConnected() && leftNs > 0) {
        leftNs = changed.awaitNanos(leftNs);
      }
      return isConnected();
    } finally {
      lock.unlock();
    }
  }

  /** The id of the last message that the server has stored under a subject, if it can be asked. */
  Optional<String> lastStoredId(final String subject) throws IOException, JetStreamApiException {
    final Connection connection = current.get();
    return connection == null ? Optional.empty() : StoredMessages.lastId(connection, subject);
  }

  @Override
  public void run() {
    long delayMs = RECONNECT_DELAY_MIN_MS;
    String lastFault = "";
    while (!isClosing) {
      try {
        final Connection connection = Nats.connect(options());
        delayMs = RECONNECT_DELAY_MIN_MS;
        lastFault = "";
        serve(connection);
      } catch (final InterruptedException e) {
        // Only close() interrupts; the loop's condition ends it.
        Thread.interrupted();
      } catch (final IOException | IllegalStateException e) {
        final String fault = String.valueOf(e.getMessage());
        if (!fault.equals(lastFault) && !isClosing) {
          listener.on(Notice.DISCONNECTED, "no connection to the server: " + fault);
          lastFault = fault;
        }
        pause(delayMs);
        delayMs = Math.min(delayMs * 2, config.reconnectDelayMax().toMillis());
      }
    }
  }

  private void serve(final Connection connection) throws InterruptedException {
    final String inbox = connection.createInbox();
    try {
      connection.createDispatcher(new Acknowledgements(inbox.length() + 1)).subscribe(inbox + ".*");
      stored.settle(connection, window);
      window.rewind();
      publishCurrent(connection);
      listener.on(Notice.CONNECTED, "connected to " + connection.getServerInfo().getServerName());
      pump(connection, inbox);
    } catch (final IllegalStateException e) {
      // The connection was closed under our hands, which its status says too.
      if (isClosing) {
        Thread.currentThread().interrupt();
      }
    } finally {
      publishCurrent(null);
      final boolean isInterrupted = Thread.interrupted();
      closeQuietly(connection);
      if (isInterrupted) {
        Thread.currentThread().interrupt();
      }
      if (!isClosing) {
        listener.on(Notice.DISCONNECTED, "the connection was lost");
      }
    }
  }

  private void pump(final Connection connection, final String inbox) throws InterruptedException {
    boolean isSubscribed = false;
    long subscribeAtNs = System.nanoTime();
    while (!isClosing && connection.getStatus() == Connection.Status.CONNECTED) {
      if (!isSubscribed && commands.isWanted() && System.nanoTime() - subscribeAtNs >= 0) {
        isSubscribed = commands.subscribe(connection);
        subscribeAtNs = System.nanoTime() + COMMAND_RETRY_NS;
      }
      long position = window.nextToSend();
      while (position >= 0) {
        send(connection, inbox, position);
        position = window.nextToSend();
      }
      if (window.oldestWaitNs() > config.ackTimeout().toNanos()) {
        listener.on(Notice.MESSAGE_DELAYED, "no acknowledgement in " + config.ackTimeout());
        return;
      }
      window.awaitWork(IDLE_WAIT_NS);
    }
  }

  private void send(final Connection connection, final String inbox, final long position) {
    final OutgoingWindow.Message message = window.message(position);
    if (message == null) {
      return;
    }
    if (message.payload().length > connection.getMaxPayload()) {
      if (window.refused(position)) {
        listener.on(
            Notice.MESSAGE_REFUSED,
            "payload too large: max="
                + connection.getMaxPayload()
                + ", actual="
                + message.payload().length
                + ", id="
                + message.id());
      }
      return;
    }
    connection.publish(
        NatsMessage.builder()
            .subject(message.subject())
            .replyTo(inbox + "." + position)
            .headers(new Headers().put(StoredMessages.MESSAGE_ID, message.id()))
            .data(message.payload())
            .build());
  }

  private Options options() {
    return Options.builder()
        .server(config.natsUrl())
        .connectionName(name)
        .noReconnect()
        .connectionTimeout(Duration.ofSeconds(5))
        .pingInterval(Duration.ofSeconds(10))
        .connectionListener((connection, event) -> window.wake())
        .errorListener(new Silence())
        .build();
  }

  private void publishCurrent(final Connection connection) {
    lock.lock();
    try {
      current.set(connection);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void pause(final long delayMs) {
    try {
      Thread.sleep(delayMs);
    } catch (final InterruptedException e) {
      // Only close() interrupts; the caller's loop ends.
    }
  }

  private static void closeQuietly(final Connection connection) {
    try {
      connection.close();
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Reads publish acknowledgements; the last token of the inbox is the position. */
  private final class Acknowledgements implements MessageHandler {

    private final int positionOffset;

    private Acknowledgements(final int positionOffset) {
      this.positionOffset = positionOffset;
    }

    @Override
    public void onMessage(final Message message) {
      final long position =
          Long.parseLong(message.getSubject(), positionOffset, message.getSubject().length(), 10);
      if (message.isStatusMessage()) {
        delay(position, "no stream takes the message: " + message.getStatus());
        return;
      }
      try {
        settle(position, PublishAck.parse(message.getData()));
      } catch (final IOException e) {
        delay(position, "unreadable acknowledgement: " + e.getMessage());
      }
    }

    private void settle(final long position, final PublishAck ack) {
      if (ack.errorCode() == 0) {
        final OutgoingWindow.Message message = window.message(position);
        if (message != null) {
          stored.acknowledged(message.subject(), ack.sequence());
        }
        window.acknowledged(position, ack.isDuplicate());
      } else if (ack.isTemporary()) {
        delay(position, ack.errorText());
      } else if (window.refused(position)) {
        listener.on(Notice.MESSAGE_REFUSED, ack.errorText());
      }
    }

    private void delay(final long position, final String text) {
      if (window.delay(position, REFUSAL_DELAY_NS)) {
        listener.on(Notice.MESSAGE_DELAYED, text);
      }
    }
  }

  /** A server's answer to one publish; {@code errorCode} 0 when the message is stored. */
  record PublishAck(
      boolean isDuplicate, long sequence, int errorCode, int apiErrorCode, String errorText) {

    /**
     * Capacity and availability are the server's 5xx; everything else will not change by itself.
     */
    boolean isTemporary() {
      return errorCode >= 500;
    }

    static PublishAck parse(final byte[] text) throws IOException {
      boolean isDuplicate = false;
      boolean hasStream = false;
      long sequence = 0;
      int code = 0;
      int apiCode = 0;
      String description = "";
      try (JsonParser parser = JSON.createParser(text)) {
        JsonToken token = parser.nextToken();
        while (token != null) {
          if (token.isScalarValue()) {
            switch (parser.currentName()) {
              case "stream" -> hasStream = true;
              case "duplicate" -> isDuplicate = parser.getBooleanValue();
              case "seq" -> sequence = parser.getLongValue();
              case "code" -> code = parser.getIntValue();
              case "err_code" -> apiCode = parser.getIntValue();
              case "description" -> description = parser.getText();
              case null, default -> {
                // The domain and what later servers add.
              }
            }
          }
          token = parser.nextToken();
        }
      }
      if (!hasStream && code == 0) {
        throw new IOException("neither stream nor error");
      }
      return new PublishAck(
          isDuplicate, sequence, code, apiCode, description + " (" + apiCode + ")");
    }
  }

  /** The library's default listener writes to standard error; ours reports through notices. */
  private static final class Silence implements ErrorListener {}
}
