package io.mothership.transport.http;

import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/**
 * The client of an {@link EventSource}: events in the form of the HTML standard, section 9.2.
 *
 * <p><i>Thread:</i> the source's. <i>Back-pressure:</i> {@link #send} waits until the channel takes
 * bytes, and fails if that lasts longer than the listener's write timeout.
 */
public final class EventStream {
  /** So that nothing in between takes a silent stream for a dead one. */
  private static final byte[] HEARTBEAT = ":\n\n".getBytes(StandardCharsets.US_ASCII);

  private final Channel channel;
  private final BodySink sink;
  private final long heartbeatMs;
  private volatile boolean hasSent;
  private volatile boolean isEnded;
  private Future<?> heartbeat;

  EventStream(final Channel channel, final BodySink sink, final long heartbeatMs) {
    this.channel = channel;
    this.sink = sink;
    this.heartbeatMs = heartbeatMs;
  }

  /**
   * One event.
   *
   * @param id what a client that comes again sends as {@code Last-Event-ID}; empty for none
   * @param name the type that listeners in the page are for; empty for {@code message}
   * @param data of any number of lines
   */
  public record Event(String id, String name, String data) {
    public Event {
      requireOneLine(id);
      requireOneLine(name);
    }

    private static void requireOneLine(final String field) {
      if (field.chars().anyMatch(c -> c == '\n' || c == '\r' || c == 0)) {
        throw new IllegalArgumentException("id and name of an event are one line each");
      }
    }
  }

  /** Sends an event. */
  public void send(final Event event) throws IOException, InterruptedException {
    final StringBuilder text = new StringBuilder(event.data().length() + 64);
    if (!event.id().isEmpty()) {
      text.append("id: ").append(event.id()).append('\n');
    }
    if (!event.name().isEmpty()) {
      text.append("event: ").append(event.name()).append('\n');
    }
    for (final String line : event.data().split("\r\n|\r|\n", -1)) {
      text.append("data: ").append(line).append('\n');
    }
    send(text.append('\n'));
  }

  /** Tells the client how long to wait before it comes again. */
  public void retry(final long delayMs) throws IOException, InterruptedException {
    send(new StringBuilder("retry: ").append(delayMs).append("\n\n"));
  }

  private void send(final StringBuilder text) throws IOException, InterruptedException {
    hasSent = true;
    sink.write(text.toString().getBytes(StandardCharsets.UTF_8));
    sink.flush();
  }

  void start() throws IOException, InterruptedException {
    // The head goes out at once: a browser's stream is open only then.
    sink.write(HEARTBEAT);
    sink.flush();
    heartbeat =
        channel
            .eventLoop()
            .scheduleAtFixedRate(this::beat, heartbeatMs, heartbeatMs, TimeUnit.MILLISECONDS);
  }

  /** Event loop: what the source sends was a task here before, or is one later. */
  private void beat() {
    if (!hasSent && !isEnded && channel.isWritable()) {
      channel.writeAndFlush(
          new DefaultHttpContent(ByteBufUtil.writeUtf8(channel.alloc(), ":\n\n")));
    }
    hasSent = false;
  }

  void end() {
    isEnded = true;
    if (heartbeat != null) {
      heartbeat.cancel(false);
    }
  }
}
