package io.mothership.fabric;

import io.mothership.fabric.Fabric.Received;
import io.mothership.json.JsonText;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One who works through a stream with a durable consumer. What goes wrong is tried again, less and
 * less often, and the consumer made anew if it is gone.
 *
 * <p><i>Thread:</i> a virtual thread of its own.
 */
final class DurableWork implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DurableWork.class);
  private static final Duration WAIT = Duration.ofSeconds(30);
  private static final Duration PAUSE_MIN = Duration.ofMillis(100);
  private static final Duration PAUSE_MAX = Duration.ofSeconds(5);
  private static final Duration NAK_MAX = Duration.ofSeconds(30);
  private static final long NAK_MIN_MS = 250;
  private static final int NAK_SHIFT_MAX = 7;
  private static final long CLOSE_PATIENCE_MS = 1_000;

  private final WireFabric fabric;
  private final Consumption consumption;
  private final Delivery.Handler handler;
  private final Thread thread;
  private volatile boolean isClosed;

  private DurableWork(
      final WireFabric fabric, final Consumption consumption, final Delivery.Handler handler) {
    this.fabric = fabric;
    this.consumption = consumption;
    this.handler = handler;
    this.thread =
        Thread.ofVirtual().name("ms-consume-" + consumption.durable()).unstarted(this::run);
  }

  /** Makes the consumer and begins. */
  static DurableWork start(
      final WireFabric fabric, final Consumption consumption, final Delivery.Handler handler) {
    final DurableWork work = new DurableWork(fabric, consumption, handler);
    work.create();
    work.thread.start();
    return work;
  }

  /** Makes the consumer, or gives the one that is there this configuration. */
  private void create() {
    fabric.api(
        "CONSUMER.CREATE." + consumption.stream() + "." + consumption.durable(),
        new JsonText()
            .object()
            .member("stream_name", consumption.stream())
            .object("config")
            .member("name", consumption.durable())
            .member("durable_name", consumption.durable())
            .member("deliver_policy", "all")
            .member("ack_policy", "explicit")
            .member("ack_wait", consumption.ackWait().toNanos())
            .member(
                "max_deliver", consumption.deliveriesMax() == 0 ? -1 : consumption.deliveriesMax())
            .member("max_ack_pending", consumption.batchMax())
            .strings("filter_subjects", consumption.filters())
            .end()
            .end()
            .bytes());
  }

  private void run() {
    Duration pause = PAUSE_MIN;
    while (!isClosed) {
      try (PullReader reader =
          new PullReader(fabric, consumption.stream(), consumption.durable())) {
        while (!isClosed) {
          work(reader);
          pause = PAUSE_MIN;
        }
      } catch (final InterruptedException e) {
        return;
      } catch (final RuntimeException e) {
        if (isClosed || !tryPause(pause, e)) {
          return;
        }
        pause = pause.multipliedBy(2).compareTo(PAUSE_MAX) < 0 ? pause.multipliedBy(2) : PAUSE_MAX;
      }
    }
  }

  private boolean tryPause(final Duration pause, final RuntimeException cause) {
    LOG.warn(
        "a consumer cannot be read for now: stream={}, durable={}, cause={}",
        consumption.stream(),
        consumption.durable(),
        cause.getMessage());
    try {
      Thread.sleep(pause);
      create();
    } catch (final InterruptedException e) {
      return false;
    } catch (final RuntimeException e) {
      LOG.debug("a consumer cannot be made for now", e);
    }
    return true;
  }

  private void work(final PullReader reader) throws InterruptedException {
    List<Received> fetched = reader.fetchNow(consumption.batchMax());
    if (fetched.isEmpty()) {
      fetched = reader.fetchNext(WAIT);
      if (fetched.isEmpty()) {
        return;
      }
      if (consumption.batchMax() > 1 && consumption.linger().isPositive()) {
        Thread.sleep(consumption.linger());
        fetched = new ArrayList<>(fetched);
        fetched.addAll(reader.fetchNow(consumption.batchMax() - 1));
      }
    }
    final List<PulledDelivery> batch =
        fetched.stream().map(received -> new PulledDelivery(reader, received)).toList();
    handle(batch);
  }

  private void handle(final List<PulledDelivery> batch) throws InterruptedException {
    boolean isDone = false;
    try {
      handler.onBatch(List.copyOf(batch));
      isDone = true;
    } catch (final InterruptedException e) {
      throw e;
    } catch (final Exception e) {
      LOG.warn(
          "a batch was not worked off and comes again: stream={}, durable={}, count={}, cause={}",
          consumption.stream(),
          consumption.durable(),
          batch.size(),
          e.toString());
    } finally {
      for (final PulledDelivery delivery : batch) {
        if (isDone) {
          delivery.ack();
        } else {
          delivery.nak(nakDelay(delivery.deliveries()));
        }
      }
    }
  }

  private Duration nakDelay(final int deliveries) {
    if (isClosed) {
      return Duration.ZERO;
    }
    final Duration delay =
        Duration.ofMillis(NAK_MIN_MS << Math.clamp(deliveries - 1L, 0, NAK_SHIFT_MAX));
    return delay.compareTo(NAK_MAX) < 0 ? delay : NAK_MAX;
  }

  @Override
  public void close() {
    isClosed = true;
    thread.interrupt();
    try {
      thread.join(CLOSE_PATIENCE_MS);
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** A message and its one settlement. */
  private static final class PulledDelivery implements Delivery {
    private final PullReader reader;
    private final Received received;
    private final AckSubject place;
    private boolean isSettled;

    PulledDelivery(final PullReader reader, final Received received) {
      this.reader = reader;
      this.received = received;
      this.place = AckSubject.parse(received.reply());
    }

    @Override
    public String subject() {
      return received.subject();
    }

    @Override
    public Headers headers() {
      return received.headers();
    }

    @Override
    public byte[] payload() {
      return received.payload();
    }

    @Override
    public long streamSequence() {
      return place.streamSequence();
    }

    @Override
    public int deliveries() {
      return place.deliveries();
    }

    @Override
    public long timeNs() {
      return place.timeNs();
    }

    @Override
    public void ack() {
      settle("+ACK");
    }

    @Override
    public void nak(final Duration delay) {
      settle(delay.isZero() ? "-NAK" : "-NAK {\"delay\":" + delay.toNanos() + "}");
    }

    @Override
    public void term() {
      settle("+TERM");
    }

    @Override
    public void inProgress() {
      if (!isSettled) {
        reader.settle(received.reply(), "+WPI");
      }
    }

    private void settle(final String word) {
      if (!isSettled) {
        isSettled = true;
        reader.settle(received.reply(), word);
      }
    }
  }
}
