package io.mothership.transport.http;

/**
 * Measures the requests of one connection, one after the other.
 *
 * <p><i>Thread:</i> the connection's event loop.
 */
final class RequestMeter {
  private static final long UNMEASURED = -1;

  private final HttpCounters counters;
  private String label = HttpCounters.UNROUTED;
  private long begunNs;
  private int status;
  private boolean isLong;
  private boolean isUnderWay;

  RequestMeter(final HttpCounters counters) {
    this.counters = counters;
  }

  /** A head was read. */
  void begin() {
    abandon();
    label = HttpCounters.UNROUTED;
    begunNs = System.nanoTime();
    status = 0;
    isLong = false;
    isUnderWay = true;
    counters.countBegun();
  }

  void route(final String newLabel) {
    label = newLabel;
  }

  /** The answer is on its way. */
  void answer(final HttpResponse response) {
    status = response.status();
    isLong = response.events().isPresent();
    counters.countBodySent(response.body().length);
  }

  /** The answer has left. */
  void end() {
    if (status > 0) {
      counters
          .of(isUnderWay ? label : HttpCounters.UNROUTED)
          .count(status, isLong || !isUnderWay ? UNMEASURED : System.nanoTime() - begunNs);
      status = 0;
    }
    abandon();
  }

  /** Nobody gets an answer any more. */
  void abandon() {
    if (isUnderWay) {
      isUnderWay = false;
      counters.countEnded();
    }
  }
}
