package io.mothership.app;

import io.nats.client.Connection;
import io.nats.client.api.StreamConfiguration;
import java.io.IOException;

/**
 * Whether an appliance still does its work for everybody else: a small stream takes messages from a
 * client that was there before, and {@code /health} answers.
 */
final class Liveness implements AutoCloseable {
  private static final String STREAM = "PROBE";
  private static final String SUBJECT = "probe";
  private static final int MESSAGES = 500;
  private static final int PAYLOAD = 64;

  private final MeasuredProcess process;
  private final WindowedPublisher publisher;

  private Liveness(final MeasuredProcess process, final WindowedPublisher publisher) {
    this.process = process;
    this.publisher = publisher;
  }

  /** Makes the stream, unless it is there, and connects. */
  static Liveness of(final MeasuredProcess process) throws Exception {
    try (Connection client = ConsumerCrowd.client(process.natsPort())) {
      if (!client.jetStreamManagement().getStreamNames().contains(STREAM)) {
        client
            .jetStreamManagement()
            .addStream(
                StreamConfiguration.builder()
                    .name(STREAM)
                    .subjects(SUBJECT)
                    .maxMessages(1_000)
                    .build());
      }
    }
    return new Liveness(process, WindowedPublisher.connect(process.natsPort()));
  }

  /**
   * Asks and says what came back.
   *
   * @throws IOException if it does not answer, or not well
   */
  void check() throws IOException, InterruptedException {
    if (!process.isAlive()) {
      throw new IOException("it has ended");
    }
    final long beginNs = System.nanoTime();
    HeldMemory.get(process, "/health");
    final long healthNs = System.nanoTime() - beginNs;
    final int refused = publisher.refused();
    final long[] ns =
        publisher.oneByOneNs(MESSAGES, i -> WindowedPublisher.message(SUBJECT, PAYLOAD));
    System.out.printf(
        "    it answers: publish p50 %.2f ms, p99 %.2f, most %.2f, refused %d; /health %.0f ms%n",
        ns[MESSAGES / 2] / 1e6,
        ns[MESSAGES * 99 / 100] / 1e6,
        ns[MESSAGES - 1] / 1e6,
        publisher.refused() - refused,
        healthNs / 1e6);
  }

  @Override
  public void close() throws IOException {
    publisher.close();
  }
}
