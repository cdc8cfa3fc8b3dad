package io.mothership.api.rest;

import io.mothership.metrics.MetricsSource;
import io.mothership.metrics.MetricsText;
import java.util.concurrent.atomic.LongAdder;

/** What the filters did to requests. Any thread. */
public final class RestMetrics implements MetricsSource {
  private final LongAdder unauthenticated = new LongAdder();
  private final LongAdder forbidden = new LongAdder();
  private final LongAdder limited = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final LongAdder preconditions = new LongAdder();
  private final LongAdder replays = new LongAdder();

  /** A request was answered with an error. */
  void onFailure(final int status) {
    switch (status) {
      case 401 -> unauthenticated.increment();
      case 403 -> forbidden.increment();
      case 412 -> preconditions.increment();
      case 429 -> limited.increment();
      case 500 -> failed.increment();
      default -> {}
    }
  }

  void onReplay() {
    replays.increment();
  }

  @Override
  public void write(final MetricsText text) {
    text.counter(
            "mothership_api_refusals_total", "Requests refused before anything was done, by why.")
        .sample(unauthenticated.sum(), "reason", "unauthenticated")
        .sample(forbidden.sum(), "reason", "forbidden")
        .sample(limited.sum(), "reason", "rate_limited")
        .sample(preconditions.sum(), "reason", "precondition");
    text.counter(
        "mothership_api_failures_total",
        "Requests that failed by the appliance's own fault.",
        failed.sum());
    text.counter(
        "mothership_api_replays_total",
        "Repeated requests with an idempotency key that got the first one's answer.",
        replays.sum());
  }
}
