package io.mothership.app.metrics;

import io.mothership.metrics.MetricsSource;
import io.mothership.metrics.MetricsText;
import io.mothership.transport.http.HttpRequestView;
import io.mothership.transport.http.HttpResponse;
import io.mothership.transport.http.RouteHandler;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * {@code GET /metrics}: the numbers of all parts, in the order in which the parts came.
 *
 * <p>A page is made by one request at a time and is good for a moment, so that whoever asks too
 * often costs the broker nothing.
 */
public final class MetricsPage implements RouteHandler {
  public static final String PATH = "/metrics";

  private static final long GOOD_FOR_NS = TimeUnit.MILLISECONDS.toNanos(250);

  private final List<MetricsSource> sources = new CopyOnWriteArrayList<>();
  private final ReentrantLock lock = new ReentrantLock();
  private byte[] page = {};
  private long madeNs;

  /** From now on a part is on the page. */
  public void add(final MetricsSource source) {
    sources.add(source);
  }

  @Override
  public HttpResponse handle(final HttpRequestView request) {
    return HttpResponse.of(200, MetricsText.CONTENT_TYPE, page());
  }

  private byte[] page() {
    lock.lock();
    try {
      if (page.length == 0 || System.nanoTime() - madeNs > GOOD_FOR_NS) {
        final MetricsText text = new MetricsText();
        sources.forEach(source -> source.write(text));
        page = text.bytes();
        madeNs = System.nanoTime();
      }
      return page;
    } finally {
      lock.unlock();
    }
  }
}
