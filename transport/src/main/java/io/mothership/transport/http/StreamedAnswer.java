package io.mothership.transport.http;

import io.netty.channel.Channel;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An answer on its way to the client while it is made.
 *
 * <p><i>Thread:</i> the handler's, but for {@link #interrupt}.
 */
final class StreamedAnswer {
  private static final Logger LOG = LoggerFactory.getLogger(StreamedAnswer.class);

  private final HttpListener listener;
  private final Channel channel;
  private final HttpResponse response;
  private final ChunkedBody chunks;
  private final Thread thread = Thread.currentThread();
  private volatile boolean isInterruptible;

  StreamedAnswer(
      final HttpListener listener,
      final Channel channel,
      final WritableGate gate,
      final HttpResponse response) {
    this.listener = listener;
    this.channel = channel;
    this.response = response;
    this.chunks =
        new ChunkedBody(
            channel,
            gate,
            listener.config().times().writeTimeoutMs(),
            listener.counters()::countBodySent);
  }

  /** Sends the body behind a head that is sent; false if it could not be sent as a whole. */
  boolean send(final boolean hasBody) {
    try {
      if (hasBody) {
        writeBody();
      }
      chunks.end();
      return true;
    } catch (final WriteStalledException e) {
      listener.count(HttpErrors.WRITE_STALLED);
    } catch (final IOException e) {
      LOG.debug("client is gone: {}", e.getMessage());
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (final RuntimeException e) {
      // The head is sent: only a cut connection tells the client that the body is not whole.
      LOG.error("streamed answer failed", e);
    } finally {
      chunks.discard();
    }
    return false;
  }

  private void writeBody() throws IOException, InterruptedException {
    if (response.events().isEmpty()) {
      response.stream().writeTo(chunks);
      return;
    }
    final EventStream stream =
        new EventStream(channel, chunks, listener.config().times().heartbeatMs());
    isInterruptible = true;
    try {
      if (listener.isStopping()) {
        return;
      }
      stream.start();
      response.events().get().run(stream);
    } catch (final InterruptedException e) {
      if (!channel.isActive()) {
        throw e;
      }
      // The listener stops, and the client gets a proper end.
      LOG.debug("events end: the listener stops");
    } finally {
      isInterruptible = false;
      stream.end();
      Thread.interrupted();
    }
  }

  /** The client is gone, or the listener stops: a source may be waiting for something to tell. */
  void interrupt() {
    if (isInterruptible) {
      thread.interrupt();
    }
  }
}
