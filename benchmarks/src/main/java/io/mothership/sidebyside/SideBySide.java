package io.mothership.sidebyside;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Runs our broker and nats-server in turn, both syncing before they acknowledge, and prints the
 * medians of some runs and their ratios.
 *
 * <p>Each run is a server with an empty store: the client warms it up, publishes with each window
 * of unacknowledged messages to a stream of its own, then one message at a time. A run counts only
 * if each stream then holds exactly what was acknowledged.
 */
final class SideBySide {
  private static final String SUBJECT = "bench.position";
  private static final Pattern MESSAGES = Pattern.compile("\"messages\":\\s*(\\d+)");
  private static final int LATENCIES_MAX = 1 << 20;
  private static final int EXIT_USAGE = 64;

  private final Plan plan;
  private final Figures figures = new Figures();

  private SideBySide(final Plan plan) {
    this.plan = plan;
  }

  /** See {@link Plan#USAGE}. */
  public static void main(final String[] arguments) throws IOException, InterruptedException {
    final Plan plan;
    try {
      plan = Plan.of(arguments, System.getenv());
    } catch (final IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.err.print(Plan.USAGE);
      System.exit(EXIT_USAGE);
      return;
    }
    new SideBySide(plan).run();
  }

  private void run() throws IOException, InterruptedException {
    for (int run = 1; run <= plan.runs(); run++) {
      run(run, true, List.of(plan.mothership().toAbsolutePath().toString(), "broker"));
      if (plan.natsServer().isPresent()) {
        run(run, false, List.of(plan.natsServer().get().toAbsolutePath().toString()));
      }
    }
    System.out.println();
    System.out.print(figures.table());
  }

  private void run(final int run, final boolean isOurs, final List<String> command)
      throws IOException, InterruptedException {
    final String name = isOurs ? "mothership" : "nats-server";
    final Path store = plan.folder().resolve(name + "-" + run);
    try (ServerProcess server = ServerProcess.start(command, store);
        PublishClient client = new PublishClient(server.port())) {
      warmUp(client);
      for (final int window : plan.windows()) {
        final Rate rate = publish(client, server, window);
        figures.add(isOurs, "acknowledged a second, window " + window, rate.perSecond);
        System.out.printf(
            "run %d %-11s window %5d: %,9.0f/s, processor per message: server %.2f us, client %.2f"
                + " us%n",
            run, name, window, rate.perSecond, rate.serverUs, rate.clientUs);
      }
      final long[] latencies = publishOneByOne(client);
      figures.add(isOurs, "one at a time, p50, us", percentileUs(latencies, 50));
      figures.add(isOurs, "one at a time, p99, us", percentileUs(latencies, 99));
      figures.add(isOurs, "one at a time, most, us", percentileUs(latencies, 100));
      System.out.printf(
          "run %d %-11s one at a time: %d messages, p50 %.0f us, p99 %.0f us, most %.0f us%n",
          run,
          name,
          latencies.length,
          percentileUs(latencies, 50),
          percentileUs(latencies, 99),
          percentileUs(latencies, 100));
    }
  }

  /** What one measurement of publishing with a window gave. */
  private record Rate(double perSecond, double serverUs, double clientUs) {}

  private void warmUp(final PublishClient client) throws IOException {
    create(client);
    final long acked = client.ackedCount();
    final PublishClient.Message message = new PublishClient.Message(SUBJECT, plan.payloadBytes());
    final long start = System.nanoTime();
    final long stepNs = TimeUnit.SECONDS.toNanos(plan.warmUpSeconds()) / plan.windows().length;
    for (int i = 0; i < plan.windows().length; i++) {
      client.publish(message, plan.windows()[i], start + (i + 1) * stepNs);
    }
    client.awaitAll();
    countAndDelete(client, client.ackedCount() - acked);
  }

  private Rate publish(final PublishClient client, final ServerProcess server, final int window)
      throws IOException {
    create(client);
    final long before = client.ackedCount();
    final Duration serverBefore = server.processorTime();
    final long clientBefore = ownProcessorNs();
    final PublishClient.Message message = new PublishClient.Message(SUBJECT, plan.payloadBytes());
    final long start = System.nanoTime();
    client.publish(message, window, start + TimeUnit.SECONDS.toNanos(plan.seconds()));
    // Acknowledgements may come in bursts: until the last one, or a burst more or less would count.
    client.awaitAll();
    final long acked = client.ackedCount() - before;
    final double elapsedNs = System.nanoTime() - start;
    final double serverNs = server.processorTime().minus(serverBefore).toNanos();
    final double clientNs = ownProcessorNs() - clientBefore;
    countAndDelete(client, acked);
    return new Rate(
        acked / elapsedNs * TimeUnit.SECONDS.toNanos(1),
        serverNs / acked / 1000,
        clientNs / acked / 1000);
  }

  private long[] publishOneByOne(final PublishClient client) throws IOException {
    create(client);
    final PublishClient.Message message = new PublishClient.Message(SUBJECT, plan.payloadBytes());
    final long[] latencies = new long[LATENCIES_MAX];
    final long warm = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
    final int before = client.publishOneByOne(message, warm, latencies);
    final long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(plan.seconds());
    final int count = client.publishOneByOne(message, until, latencies);
    countAndDelete(client, before + count);
    final long[] measured = Arrays.copyOf(latencies, count);
    Arrays.sort(measured);
    return measured;
  }

  private void create(final PublishClient client) throws IOException {
    client.request(
        "$JS.API.STREAM.CREATE.BENCH",
        "{\"name\":\"BENCH\",\"subjects\":[\""
            + SUBJECT
            + "\"],\"storage\":\"file\",\"num_replicas\":1"
            + (plan.sync().isEmpty()
                ? ""
                : ",\"metadata\":{\"mothership.sync\":\"" + plan.sync() + "\"}")
            + "}");
  }

  private static void countAndDelete(final PublishClient client, final long acked)
      throws IOException {
    final String info = client.request("$JS.API.STREAM.INFO.BENCH", "");
    final Matcher matcher = MESSAGES.matcher(info);
    final long stored = matcher.find() ? Long.parseLong(matcher.group(1)) : -1;
    if (stored != acked) {
      throw new IllegalStateException("acknowledged=" + acked + ", stored=" + stored);
    }
    client.request("$JS.API.STREAM.DELETE.BENCH", "");
  }

  private static double percentileUs(final long[] sorted, final int percent) {
    return sorted[Math.min(sorted.length - 1, (int) ((long) sorted.length * percent / 100))]
        / 1000.0;
  }

  private static long ownProcessorNs() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }
}
