package io.mothership.app;

import io.mothership.app.ConsumerCrowd.Refusals;
import io.nats.client.Connection;
import io.nats.client.api.AckPolicy;
import io.nats.client.api.ConsumerConfiguration;
import io.nats.client.api.DeliverPolicy;
import io.nats.client.api.StreamConfiguration;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * What an appliance holds in memory when it has many of something, and whether it still answers:
 * {@code BoundsRun WHAT COUNT PROGRAM...}, where WHAT is {@code subjects}, {@code keys}, {@code
 * ids}, {@code slow}, {@code behind} or {@code connections}.
 *
 * <p>Each run has a process and a folder of its own. What is refused is counted and the first
 * answer shown: that the process lives on at any count is what the run is for.
 */
final class BoundsRun {
  private static final String STREAM = "BOUNDS";
  private static final int PAYLOAD = 64;
  private static final int SLOW_PAYLOAD = 256;
  private static final int PULLED = 100;
  private static final int BEHIND_MESSAGES = 200_000;
  private static final int BEHIND_PAYLOAD = 500;
  private static final long SETTLE_MS = 3_000;

  private final List<String> program;
  private final Path folder;
  private final int count;
  private HeldMemory before;

  private BoundsRun(final List<String> program, final Path folder, final int count) {
    this.program = program;
    this.folder = folder;
    this.count = count;
  }

  public static void main(final String[] arguments) throws Exception {
    final List<String> words = new ArrayList<>(List.of(arguments));
    final String what = words.removeFirst();
    final int count = Integer.parseInt(words.removeFirst());
    final Path folder = Files.createTempDirectory("mothership-bounds");
    final BoundsRun run = new BoundsRun(words, folder, count);
    try {
      System.out.printf("%s: %,d%n", what, count);
      switch (what) {
        case "subjects" -> run.subjects();
        case "keys" -> run.keys();
        case "ids" -> run.ids();
        case "slow" -> run.slow();
        case "behind" -> run.behind();
        case "connections" -> run.connections();
        default -> throw new IllegalArgumentException("not known: " + what);
      }
    } finally {
      StartRun.delete(folder);
    }
  }

  private void subjects() throws Exception {
    try (MeasuredProcess process = start()) {
      create(process, StreamConfiguration.builder().name(STREAM).subjects("bounds.>").build());
      publish(process, count, i -> WindowedPublisher.message(subject(i), PAYLOAD));
      report(process, "each of its own subject");
      restart(process);
    }
  }

  private void keys() throws Exception {
    try (MeasuredProcess process = start()) {
      create(
          process,
          StreamConfiguration.builder()
              .name(STREAM)
              .subjects("bounds.>")
              .maxMessagesPerSubject(1)
              .build());
      publish(process, count, i -> WindowedPublisher.message(subject(i), PAYLOAD));
      report(process, "one value each");
      final Random random = new Random(1);
      for (int round = 1; round <= 3; round++) {
        publish(
            process,
            count,
            i -> WindowedPublisher.message(subject(random.nextInt(count)), PAYLOAD));
        report(process, "after " + round + " times as many changes in random order");
      }
      restart(process);
    }
  }

  private void ids() throws Exception {
    try (MeasuredProcess process = start()) {
      create(
          process,
          StreamConfiguration.builder()
              .name(STREAM)
              .subjects("bounds.>")
              .maxMessages(1_000)
              .duplicateWindow(3_600_000)
              .build());
      publish(
          process,
          count,
          i -> WindowedPublisher.message("bounds.ids", "vehicle-0042-event-" + i, PAYLOAD));
      report(process, "ids in the window, 1,000 messages kept");
      restart(process);
    }
  }

  /**
   * Half of the consumers are pulled from and never acknowledged, half push to connections that do
   * not read; every other one has a filter of its own.
   */
  private void slow() throws Exception {
    try (MeasuredProcess process = start()) {
      create(process, StreamConfiguration.builder().name(STREAM).subjects("bounds.>").build());
      publish(process, count, i -> WindowedPublisher.message(subject(i), SLOW_PAYLOAD));
      before = HeldMemory.of(process);
      final int pushed = count / 2;
      try (ConsumerCrowd crowd = new ConsumerCrowd(process.natsPort(), STREAM)) {
        final Refusals refusals =
            crowd.create(
                count,
                i -> {
                  final ConsumerConfiguration.Builder consumer =
                      ConsumerConfiguration.builder().durable("slow-" + i);
                  if (i < pushed) {
                    consumer.deliverSubject("deliver." + i);
                  }
                  if (i % 2 == 1) {
                    consumer.filterSubject(subject(i));
                  }
                  return consumer.build();
                });
        System.out.println("  consumers: " + refusals);
        report(process, "consumers, nobody listens");
        crowd.listenReading(IntStream.range(pushed, count).mapToObj(i -> "pulled." + i).toList());
        for (int i = pushed; i < count; i++) {
          crowd.send(ConsumerCrowd.pull(STREAM, "slow-" + i, "pulled." + i, PULLED));
        }
        crowd.awaitQuiet();
        report(process, "and half of them gave out " + PULLED + " messages each, not acknowledged");
        crowd.listenWithoutReading(
            IntStream.range(0, pushed).mapToObj(i -> "deliver." + i).toList());
        Thread.sleep(SETTLE_MS);
        report(process, "and the others push to who does not read");
      }
    }
  }

  /** After a restart, so that nothing of the index is unpacked. */
  private void behind() throws Exception {
    try (MeasuredProcess process = start()) {
      create(process, StreamConfiguration.builder().name(STREAM).subjects("bounds.>").build());
      publish(
          process,
          BEHIND_MESSAGES,
          i -> WindowedPublisher.message(subject(i % 1_000), BEHIND_PAYLOAD));
      process.stop();
    }
    try (MeasuredProcess process = start()) {
      before = HeldMemory.of(process);
      try (ConsumerCrowd crowd = new ConsumerCrowd(process.natsPort(), STREAM)) {
        final Refusals refusals =
            crowd.create(
                count,
                i ->
                    ConsumerConfiguration.builder()
                        .durable("behind-" + i)
                        .ackPolicy(AckPolicy.None)
                        .deliverPolicy(DeliverPolicy.ByStartSequence)
                        .startSequence(1 + (long) i * (BEHIND_MESSAGES / 2) / count)
                        .deliverSubject("behind." + i)
                        .build());
        System.out.println("  consumers: " + refusals);
        final long beginNs = System.nanoTime();
        crowd.listenReading(IntStream.range(0, count).mapToObj(i -> "behind." + i).toList());
        Thread.sleep(SETTLE_MS);
        report(process, "while they catch up");
        System.out.printf(
            "  read %,.1f MB/s so far%n",
            crowd.received() / 1e6 / ((System.nanoTime() - beginNs) / 1e9));
      }
    }
  }

  /** Connections that listen to a subject of their own and say nothing. */
  private void connections() throws Exception {
    try (MeasuredProcess process = start();
        ConsumerCrowd crowd = new ConsumerCrowd(process.natsPort(), STREAM)) {
      for (int i = 0; i < count; i++) {
        crowd.listenWithoutReading(List.of("quiet." + i));
      }
      Thread.sleep(SETTLE_MS);
      report(process, "connections that do nothing");
    }
  }

  private MeasuredProcess start() throws Exception {
    final MeasuredProcess process = MeasuredProcess.start(program, folder);
    Liveness.of(process).close();
    before = HeldMemory.of(process);
    System.out.println("  at first: " + before);
    return process;
  }

  /** Whether all that comes back from the disk, in how long. */
  private void restart(final MeasuredProcess process) throws Exception {
    final HeldMemory first = before;
    process.stop();
    try (MeasuredProcess again = start()) {
      before = first;
      report(again, String.format("after a restart in %.0f ms", again.boundNs() / 1e6));
    }
  }

  private static void create(final MeasuredProcess process, final StreamConfiguration stream)
      throws Exception {
    try (Connection client = ConsumerCrowd.client(process.natsPort())) {
      client.jetStreamManagement().addStream(stream);
    }
  }

  private static void publish(
      final MeasuredProcess process,
      final int messages,
      final IntFunction<WindowedPublisher.Message> message)
      throws Exception {
    final long beginNs = System.nanoTime();
    try (WindowedPublisher publisher = WindowedPublisher.connect(process.natsPort())) {
      publisher.publish(messages, message);
      System.out.printf(
          "  published %,d in %.1f s, refused %,d%s%n",
          messages,
          (System.nanoTime() - beginNs) / 1e9,
          publisher.refused(),
          publisher.refusal().map(text -> ": " + text).orElse(""));
    }
  }

  private void report(final MeasuredProcess process, final String what) throws Exception {
    final HeldMemory held = HeldMemory.of(process);
    System.out.printf(
        "  %s: %s; %,.0f bytes each%n",
        what, held, (double) (held.needed() - before.needed()) / count);
    try (Liveness liveness = Liveness.of(process)) {
      liveness.check();
    }
  }

  private static String subject(final int number) {
    return "bounds.device-" + (10_000_000 + number) + ".state";
  }
}
