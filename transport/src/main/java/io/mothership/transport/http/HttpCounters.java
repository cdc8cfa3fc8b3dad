package io.mothership.transport.http;

import io.mothership.metrics.Histogram;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.ObjLongConsumer;

/**
 * What a listener has seen since it started, by its routes' labels: there are no more of them,
 * whatever clients ask for.
 *
 * <p><i>Thread:</i> any.
 */
public final class HttpCounters {
  /** Requests that no route is for, or that are no requests. */
  public static final String UNROUTED = "other";

  private static final int CLASSES = 5;
  private static final long MS = 1_000_000L;

  private final Map<String, OfRoute> routes = new LinkedHashMap<>();
  private final Map<String, LongAdder> upgrades = new LinkedHashMap<>();
  private final AtomicLongArray refusals = new AtomicLongArray(HttpErrors.values().length);
  private final LongAdder inFlight = new LongAdder();
  private final LongAdder connectionsTotal = new LongAdder();
  private final LongAdder bodyBytesReceived = new LongAdder();
  private final LongAdder bodyBytesSent = new LongAdder();

  HttpCounters(final List<Route> routes, final List<? extends UpgradeRoute> upgrades) {
    routes.forEach(route -> this.routes.putIfAbsent(route.label(), new OfRoute()));
    for (final UpgradeRoute route : upgrades) {
      this.routes.putIfAbsent(route.template(), new OfRoute());
      this.upgrades.put(route.template(), new LongAdder());
    }
    this.routes.putIfAbsent(UNROUTED, new OfRoute());
  }

  /** What is known of one label's requests. */
  public static final class OfRoute {
    private final AtomicLongArray answers = new AtomicLongArray(CLASSES + 1);
    private final ReentrantLock lock = new ReentrantLock();
    private final Histogram durationNs =
        new Histogram(5 * MS, 25 * MS, 100 * MS, 500 * MS, 2_500 * MS);

    /** Answers whose status begins with {@code firstDigit}. */
    public long answers(final int firstDigit) {
      return answers.get(firstDigit);
    }

    /** From the last byte of the head to the last of the answer; streams of events left out. */
    public Histogram durationNs() {
      return durationNs;
    }

    /** How many are measured there. */
    public long durationCount() {
      return Arrays.stream(durationNs.counts()).sum();
    }

    void count(final int status, final long tookNs) {
      answers.incrementAndGet(Math.clamp(status / 100, 1, CLASSES));
      if (tookNs >= 0) {
        // A histogram has one writer, and there are several event loops.
        lock.lock();
        try {
          durationNs.record(tookNs);
        } finally {
          lock.unlock();
        }
      }
    }
  }

  /** Times this head refused or ended something for this reason. */
  public long refusals(final HttpErrors reason) {
    return refusals.get(reason.ordinal());
  }

  /** Requests whose head is read and whose answer has not left. */
  public long inFlight() {
    return inFlight.sum();
  }

  public long connectionsTotal() {
    return connectionsTotal.sum();
  }

  /** Bytes of requests' bodies, as sent. */
  public long bodyBytesReceived() {
    return bodyBytesReceived.sum();
  }

  /** Bytes of answers' bodies. */
  public long bodyBytesSent() {
    return bodyBytesSent.sum();
  }

  /** Goes through the labels in the order of their routes. */
  public void forEach(final BiConsumer<String, OfRoute> reader) {
    routes.forEach(reader);
  }

  /** Goes through the upgrade routes' templates with the connections that left HTTP there. */
  public void forEachUpgrade(final ObjLongConsumer<String> reader) {
    upgrades.forEach((template, count) -> reader.accept(template, count.sum()));
  }

  OfRoute of(final String label) {
    return routes.get(label);
  }

  void count(final HttpErrors reason) {
    refusals.incrementAndGet(reason.ordinal());
  }

  void countConnection() {
    connectionsTotal.increment();
  }

  void countBegun() {
    inFlight.increment();
  }

  void countEnded() {
    inFlight.decrement();
  }

  void countUpgrade(final String template) {
    upgrades.get(template).increment();
  }

  void countBodyReceived(final long bytes) {
    bodyBytesReceived.add(bytes);
  }

  void countBodySent(final long bytes) {
    bodyBytesSent.add(bytes);
  }
}
