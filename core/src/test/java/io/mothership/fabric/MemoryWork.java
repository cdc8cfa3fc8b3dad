package io.mothership.fabric;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Works through a stream of a {@link MemoryFabric} as a durable consumer does. */
final class MemoryWork implements AutoCloseable {
  private static final long LOOK_MS = 20;

  private final MemoryFabric fabric;
  private final Consumption consumption;
  private final Delivery.Handler handler;
  private final Progress progress;
  private final Thread thread;

  /** What outlives whoever works: by sequence, how often it came and when it is to come again. */
  static final class Progress {
    private final Map<Long, Integer> deliveries = new HashMap<>();
    private final Map<Long, Long> dueNs = new HashMap<>();
  }

  private MemoryWork(
      final MemoryFabric fabric,
      final Consumption consumption,
      final Delivery.Handler handler,
      final Progress progress) {
    this.fabric = fabric;
    this.consumption = consumption;
    this.handler = handler;
    this.progress = progress;
    this.thread = Thread.ofVirtual().unstarted(this::run);
  }

  static MemoryWork start(
      final MemoryFabric fabric,
      final Consumption consumption,
      final Delivery.Handler handler,
      final Progress progress) {
    final MemoryWork work = new MemoryWork(fabric, consumption, handler, progress);
    work.thread.start();
    return work;
  }

  private void run() {
    try {
      while (true) {
        final int stored = fabric.storedCount();
        final List<ListedDelivery> batch = next();
        if (batch.isEmpty()) {
          fabric.awaitStored(stored, LOOK_MS);
        } else {
          handle(batch);
        }
      }
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private List<ListedDelivery> next() {
    final List<ListedDelivery> batch = new ArrayList<>();
    synchronized (progress) {
      for (final StoredRecord.Kept record :
          fabric.records(consumption.stream(), consumption.filters())) {
        final long dueNs = progress.dueNs.getOrDefault(record.streamSequence(), 0L);
        if (batch.size() < consumption.batchMax() && dueNs <= System.nanoTime()) {
          final int times = progress.deliveries.merge(record.streamSequence(), 1, Integer::sum);
          if (consumption.deliveriesMax() == 0 || times <= consumption.deliveriesMax()) {
            batch.add(new ListedDelivery(record, times));
            progress.dueNs.put(
                record.streamSequence(), System.nanoTime() + consumption.ackWait().toNanos());
          }
        }
      }
    }
    return batch;
  }

  private void handle(final List<ListedDelivery> batch) throws InterruptedException {
    boolean isDone = false;
    try {
      handler.onBatch(List.copyOf(batch));
      isDone = true;
    } catch (final InterruptedException e) {
      throw e;
    } catch (final Exception e) {
      Thread.sleep(LOOK_MS);
    } finally {
      for (final ListedDelivery delivery : batch) {
        if (isDone) {
          delivery.ack();
        } else {
          delivery.nak(Duration.ZERO);
        }
      }
    }
  }

  @Override
  public void close() throws InterruptedException {
    thread.interrupt();
    thread.join();
  }

  private final class ListedDelivery implements Delivery {
    private final StoredRecord.Kept record;
    private final int deliveries;
    private boolean isSettled;

    ListedDelivery(final StoredRecord.Kept record, final int deliveries) {
      this.record = record;
      this.deliveries = deliveries;
    }

    @Override
    public String subject() {
      return record.subject();
    }

    @Override
    public Headers headers() {
      return record.headers();
    }

    @Override
    public byte[] payload() {
      return record.payload();
    }

    @Override
    public long streamSequence() {
      return record.streamSequence();
    }

    @Override
    public int deliveries() {
      return deliveries;
    }

    @Override
    public long timeNs() {
      return record.timeNs();
    }

    @Override
    public void ack() {
      settle(Long.MAX_VALUE);
    }

    @Override
    public void nak(final Duration delay) {
      settle(System.nanoTime() + delay.toNanos());
    }

    @Override
    public void term() {
      settle(Long.MAX_VALUE);
    }

    @Override
    public void inProgress() {}

    private void settle(final long dueNs) {
      if (!isSettled) {
        isSettled = true;
        synchronized (progress) {
          progress.dueNs.put(record.streamSequence(), dueNs);
        }
      }
    }
  }
}
