package io.mothership.transport.head;

import io.mothership.bus.Pressure;
import io.netty.channel.Channel;
import java.util.concurrent.TimeUnit;

/**
 * Stops the reading of a socket while the ring is full, and tries again until it is not.
 *
 * <p><i>Thread:</i> the connection's event loop.
 */
public final class ReadPause {
  private static final long RETRY_DELAY_US = 500;

  private final Reader reader;
  private final Channel channel;
  private final Runnable afterRead;
  private boolean isPaused;

  /**
   * @param afterRead run when something may have been put into the ring
   */
  public ReadPause(final Reader reader, final Channel channel, final Runnable afterRead) {
    this.reader = reader;
    this.channel = channel;
    this.afterRead = afterRead;
  }

  public boolean isPaused() {
    return isPaused;
  }

  /** Nothing more is read for now; the answer to whoever found no room. */
  public int pause() {
    if (!isPaused) {
      isPaused = true;
      reader.onPause();
      channel.config().setAutoRead(false);
      channel.eventLoop().schedule(this::retry, RETRY_DELAY_US, TimeUnit.MICROSECONDS);
    }
    return Pressure.FULL;
  }

  private void retry() {
    if (reader.isEnding() || !channel.isActive()) {
      return;
    }
    afterRead.run();
    isPaused = false;
    reader.resume();
    afterRead.run();
    if (!isPaused) {
      channel.config().setAutoRead(true);
    }
  }

  /** What reads. */
  public interface Reader {
    /** A pause begins. */
    void onPause();

    /** Goes on with what was read already; may pause again. */
    void resume();

    /** Whether it will not read any more anyway. */
    boolean isEnding();
  }
}
