package io.mothership.fabric;

import java.time.Duration;
import java.util.List;

/**
 * How a service works through a stream.
 *
 * @param durable the consumer's name, shared by all who do the same work
 * @param filters subjects, wildcards allowed; none = all
 * @param batchMax messages in one batch, and at most so many under way
 * @param linger how long a batch that is not full waits for more
 * @param ackWait unsettled for so long, a message comes again
 * @param deliveriesMax so often at most, 0 = until it is settled
 */
public record Consumption(
    String stream,
    String durable,
    List<String> filters,
    int batchMax,
    Duration linger,
    Duration ackWait,
    int deliveriesMax) {
  private static final int BATCH_DEFAULT = 64;

  public Consumption {
    filters = List.copyOf(filters);
    if (batchMax < 1) {
      throw new IllegalArgumentException("batchMax: min=1, actual=" + batchMax);
    }
  }

  public static Consumption of(final String stream, final String durable, final String... filters) {
    return new Consumption(
        stream,
        durable,
        List.of(filters),
        BATCH_DEFAULT,
        Duration.ofMillis(5),
        Duration.ofSeconds(30),
        0);
  }

  public Consumption batchMax(final int newMax) {
    return new Consumption(stream, durable, filters, newMax, linger, ackWait, deliveriesMax);
  }

  public Consumption ackWait(final Duration newWait) {
    return new Consumption(stream, durable, filters, batchMax, linger, newWait, deliveriesMax);
  }

  public Consumption deliveriesMax(final int newMax) {
    return new Consumption(stream, durable, filters, batchMax, linger, ackWait, newMax);
  }
}
