package io.mothership.transport.head;

import io.mothership.bus.Ingress;
import io.mothership.frame.Slice;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.util.concurrent.TimeUnit;

/**
 * What a head says unasked to a client that has a session: through the ring, in its place behind
 * the session's messages. While the ring is full it is tried again and again.
 *
 * <p><i>Thread:</i> the connection's event loop.
 */
public final class SessionLines {
  private static final Slice FAREWELL = Slice.of(new byte[] {ChunkedOutbox.FAREWELL});
  private static final long RETRY_DELAY_US = 500;

  private final long connectionId;
  private final Ingress ingress;
  private final Channel channel;
  private final OutboxDrain drain;
  private final Runnable afterRead;
  private boolean isEnding;

  /**
   * @param afterRead run when something was put into the ring
   */
  public SessionLines(
      final long connectionId,
      final Ingress ingress,
      final Channel channel,
      final OutboxDrain drain,
      final Runnable afterRead) {
    this.connectionId = connectionId;
    this.ingress = ingress;
    this.channel = channel;
    this.drain = drain;
    this.afterRead = afterRead;
  }

  /** Sends a line, unless the connection ends before there is room. */
  public void send(final Slice line) {
    if (isEnding || !channel.isActive()) {
      return;
    }
    if (ingress.tryControl(connectionId, line) < 0) {
      retry(() -> send(line));
    } else {
      afterRead.run();
    }
  }

  /**
   * Sends the last line behind everything else and ends the connection; ends it anyway when that
   * takes longer than {@code patienceMs}.
   */
  public void farewell(final byte[] line, final long patienceMs) {
    isEnding = true;
    final byte[] marked = new byte[line.length + 1];
    marked[0] = ChunkedOutbox.FAREWELL;
    System.arraycopy(line, 0, marked, 1, line.length);
    sayFarewell(Slice.of(marked));
    channel.eventLoop().schedule(() -> drain.end(new byte[0]), patienceMs, TimeUnit.MILLISECONDS);
  }

  private void sayFarewell(final Slice marked) {
    if (ingress.tryControl(connectionId, marked) >= 0) {
      afterRead.run();
    } else if (channel.isActive()) {
      retry(() -> sayFarewell(marked));
    }
  }

  /** The channel has closed: so does the session. */
  public void closeSession() {
    isEnding = true;
    final EventLoop loop = channel.eventLoop();
    // The farewell makes the dispatcher give back the chunk that it may be filling.
    if (ingress.tryControl(connectionId, FAREWELL) >= 0 && ingress.tryClose(connectionId) >= 0) {
      afterRead.run();
    } else if (!loop.isShuttingDown()) {
      retry(this::closeSession);
    }
  }

  private void retry(final Runnable task) {
    channel.eventLoop().schedule(task, RETRY_DELAY_US, TimeUnit.MICROSECONDS);
  }
}
