package io.mothership.fabric;

import io.mothership.fabric.Fabric.Publication;
import io.mothership.fabric.Fabric.Received;
import io.mothership.json.JsonText;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Fetches from a pull consumer. Nothing is asked for beyond the batch wanted, so nothing is on its
 * way when a fetch has ended.
 *
 * <p><i>Thread:</i> one. <i>Back-pressure:</i> holds one batch.
 */
final class PullReader implements AutoCloseable {
  private static final int CONSUMER_GONE = 409;
  private static final int ENDED = 400;
  private static final Duration ANSWER_PATIENCE = Duration.ofSeconds(10);

  private final WireFabric fabric;
  private final String requests;
  private final String inbox;
  private final LinkedBlockingQueue<Received> arrived = new LinkedBlockingQueue<>();
  private final AutoCloseable listening;
  private long fetches;

  PullReader(final WireFabric fabric, final String stream, final String consumer) {
    this.fabric = fabric;
    this.requests = WireFabric.apiSubject("CONSUMER.MSG.NEXT." + stream + "." + consumer);
    final String wildcard = fabric.newInbox();
    this.inbox = wildcard.substring(0, wildcard.length() - 1);
    this.listening = fabric.listen(wildcard, "", arrived::add);
  }

  /**
   * What there is, up to {@code batchMax}.
   *
   * @throws FabricException {@code NOT_FOUND}: the consumer is gone
   */
  List<Received> fetchNow(final int batchMax) throws InterruptedException {
    return fetch(
        new JsonText().object().member("batch", batchMax).member("no_wait", true).end().bytes(),
        batchMax,
        ANSWER_PATIENCE);
  }

  /** The next message, waiting for it; none if none came in time. */
  List<Received> fetchNext(final Duration patience) throws InterruptedException {
    return fetch(
        new JsonText()
            .object()
            .member("batch", 1)
            .member("expires", patience.toNanos())
            .end()
            .bytes(),
        1,
        patience.plus(ANSWER_PATIENCE));
  }

  private List<Received> fetch(final byte[] request, final int batchMax, final Duration patience)
      throws InterruptedException {
    arrived.clear();
    fabric.offer(requests, inbox + ++fetches, new byte[0], request, 0);
    final List<Received> batch = new ArrayList<>();
    while (batch.size() < batchMax) {
      final Received received = arrived.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
      if (received == null) {
        throw new FabricException(
            FabricException.Refusal.TIMEOUT, "a fetch was not answered: subject=" + requests);
      }
      final int status = received.headers().status();
      if (status == 0 || !received.reply().isEmpty() && status < ENDED) {
        batch.add(received);
      } else if (status >= ENDED) {
        end(received.headers(), batch);
        return batch;
      }
    }
    return batch;
  }

  private static void end(final Headers headers, final List<Received> batch) {
    if (!batch.isEmpty()) {
      return;
    }
    if (headers.status() == 503
        || headers.status() == CONSUMER_GONE && headers.description().contains("Deleted")) {
      throw new FabricException(
          FabricException.Refusal.NOT_FOUND, "the consumer is gone: " + headers.description());
    }
  }

  /** Sends a word about a message that was fetched. */
  void settle(final String reply, final String word) {
    fabric.send(Publication.of(reply, word.getBytes(StandardCharsets.US_ASCII)));
  }

  @Override
  public void close() {
    try {
      listening.close();
    } catch (final Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
