package io.mothership.app;

import io.nats.client.Connection;
import io.nats.client.JetStreamManagement;
import io.nats.client.JetStreamOptions;
import io.nats.client.api.ConsumerConfiguration;
import io.nats.client.api.RetentionPolicy;
import io.nats.client.api.StreamConfiguration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * Whether all budgets, used up at the same time and under traffic, through checkpoints, SIGKILL and
 * restarts, leave room in the heap: {@code EverythingRun SECONDS KEYS PROGRAM...}, where so many
 * keys are there before the consumers.
 *
 * <p>It fails if the appliance ends, does not answer, or has not what it acknowledged.
 */
final class EverythingRun {
  private static final String ORGANIZATION = "crowded";
  private static final String TOKEN = "crowded-token";
  private static final List<String> OPTIONS = List.of("--set", "http.token=" + TOKEN);
  private static final int STREAMS = 100;
  private static final int IDS = 600_000;
  private static final int HISTORY = 400_000;
  private static final int KEYS_WANTED = 3_000_000;
  private static final int CROWD_MESSAGES = 5_000;
  private static final int CONSUMERS = 4_000;
  private static final int PULLED = 200;
  private static final int FEEDS = 200;
  private static final int ASKERS = 64;
  private static final int TELEMETRY = 20_000;
  private static final int ROUND = 20_000;
  private static final int PAYLOAD = 64;
  private static final int TELEMETRY_PAYLOAD = 3_000;
  private static final Duration PATIENCE = Duration.ofSeconds(120);

  private final List<String> program;
  private final Path folder;
  private final int seconds;
  private final int keysAtFirst;
  private MeasuredProcess process;
  private int keys;
  private long idsTaken;
  private long feedSequence;

  private EverythingRun(
      final List<String> program, final Path folder, final int seconds, final int keysAtFirst) {
    this.program = program;
    this.folder = folder;
    this.seconds = seconds;
    this.keysAtFirst = keysAtFirst;
  }

  public static void main(final String[] arguments) throws Exception {
    final List<String> words = new ArrayList<>(List.of(arguments));
    final int seconds = Integer.parseInt(words.removeFirst());
    final int keys = Integer.parseInt(words.removeFirst());
    final Path folder = Files.createTempDirectory("mothership-everything");
    final EverythingRun run = new EverythingRun(words, folder, seconds, keys);
    try {
      run.run();
      StartRun.delete(folder);
    } catch (final Exception e) {
      System.out.println("failed, see " + folder + ": " + e);
      throw e;
    } finally {
      if (run.process != null) {
        run.process.close();
      }
    }
  }

  private void run() throws Exception {
    process = MeasuredProcess.start(program, folder, OPTIONS);
    try (Liveness liveness = Liveness.of(process);
        PeakHeap peak = peak()) {
      fillStreams();
      try (ConsumerCrowd crowd = new ConsumerCrowd(process.natsPort(), "CROWD")) {
        fillConsumers(crowd);
        fillKeys();
        live(liveness, peak, seconds);
      }
      process.kill();
    }
    process = MeasuredProcess.start(program, folder, OPTIONS);
    System.out.printf("after SIGKILL ready in %.0f ms%n", process.boundNs() / 1e6);
    try (Liveness liveness = Liveness.of(process);
        PeakHeap peak = peak()) {
      requireAll();
      try (ConsumerCrowd crowd = new ConsumerCrowd(process.natsPort(), "CROWD")) {
        listen(crowd);
        live(liveness, peak, seconds);
      }
      requireAll();
      process.stop();
    }
    process = MeasuredProcess.start(program, folder, OPTIONS);
    System.out.printf("after an orderly stop ready in %.0f ms%n", process.boundNs() / 1e6);
    try (Liveness liveness = Liveness.of(process);
        PeakHeap peak = peak()) {
      liveness.check();
      requireAll();
      System.out.println("  " + peak.text());
    }
  }

  private PeakHeap peak() {
    return new PeakHeap(process, folder.resolve("log"));
  }

  private void fillStreams() throws Exception {
    manage(
        management -> {
          management.addStream(stream("KEYS", "keys.>").maxMessagesPerSubject(1).build());
          management.addStream(
              stream("IDS", "ids.>")
                  .maxMessages(1_000)
                  .duplicateWindow(PATIENCE.multipliedBy(60))
                  .build());
          management.addStream(stream("HISTORY", "history.>").maxMessages(HISTORY).build());
          management.addStream(stream("CROWD", "crowd.>").build());
          management.addStream(
              stream("WORK", "work.>").retentionPolicy(RetentionPolicy.WorkQueue).build());
          for (int i = 0; i < STREAMS; i++) {
            management.addStream(stream("SMALL-" + i, "small." + i).maxMessages(10).build());
          }
        });
    publish("streams", STREAMS, i -> message("small." + i));
    idsTaken = publish("ids", IDS, i -> identified(i));
    publish("history", HISTORY, i -> message("history." + i % 100));
    keys = publish("keys", keysAtFirst, i -> message(key(i)));
    feedSequence = HeldMemory.metric(process, "mothership_journal_appended_sequence");
    publish("telemetry", TELEMETRY, i -> telemetry());
    publish("for consumers", CROWD_MESSAGES, i -> message("crowd." + i));
  }

  private void fillConsumers(final ConsumerCrowd crowd) throws Exception {
    System.out.println(
        "consumers: "
            + crowd.create(
                CONSUMERS,
                i -> {
                  final ConsumerConfiguration.Builder consumer =
                      ConsumerConfiguration.builder()
                          .durable("c-" + i)
                          .ackWait(Duration.ofHours(1));
                  if (i < CONSUMERS / 2) {
                    consumer.deliverSubject("deliver." + i);
                  }
                  return consumer.build();
                }));
    listen(crowd);
  }

  /** Half are pushed to and don't read, half were pulled from and don't acknowledge. */
  private void listen(final ConsumerCrowd crowd) throws Exception {
    final int pushed = CONSUMERS / 2;
    crowd.listenReading(IntStream.range(pushed, CONSUMERS).mapToObj(i -> "pulled." + i).toList());
    for (int i = pushed; i < CONSUMERS; i++) {
      crowd.send(ConsumerCrowd.pull("CROWD", "c-" + i, "pulled." + i, PULLED));
    }
    crowd.awaitQuiet();
    crowd.listenWithoutReading(IntStream.range(0, pushed).mapToObj(i -> "deliver." + i).toList());
    Thread.sleep(2_000);
  }

  /** As many as there is room for. */
  private void fillKeys() throws Exception {
    final int from = keys;
    int refused = 0;
    while (refused == 0 && keys < KEYS_WANTED) {
      final int first = keys;
      final int taken = publish("more keys", 100_000, i -> message(key(first + i)));
      refused = 100_000 - taken;
      // Which of them were refused is not known: the last ones, as nothing is removed meanwhile.
      keys += taken;
    }
    System.out.printf("keys: %,d of them after the others%n", keys - from);
  }

  /** Fills what lies beside the streams, then changes all of it for some seconds. */
  private void live(final Liveness liveness, final PeakHeap peak, final int howLong)
      throws Exception {
    try (WindowedPublisher changes = WindowedPublisher.connect(process.natsPort());
        WindowedPublisher others = WindowedPublisher.connect(process.natsPort());
        ConsumerCrowd clients = new ConsumerCrowd(process.natsPort(), "CROWD");
        SlowFeeds feeds = new SlowFeeds(process, ORGANIZATION, TOKEN, feedSequence)) {
      fillClients(clients);
      fillFeeds(feeds);
      System.out.println("  full: " + HeldMemory.of(process));
      liveness.check();
      feeds.askForPages(ASKERS);
      final long endNs = System.nanoTime() + howLong * 1_000_000_000L;
      final Thread second = new Thread(() -> publishOthers(others, endNs));
      second.start();
      final Random random = new Random(1);
      int changed = 0;
      while (System.nanoTime() < endNs) {
        changes.publish(ROUND, i -> message(key(random.nextInt(keys))));
        changed += ROUND;
      }
      second.join();
      System.out.printf(
          "  changed %,d keys at random, refused %,d %s; others refused %,d %s; %s%n",
          changed,
          changes.refused(),
          changes.refusal().orElse(""),
          others.refused(),
          others.refusal().orElse(""),
          feeds.pages());
      liveness.check();
      System.out.println("  " + peak.text());
    }
  }

  /** Messages that drive others out, ids, telemetry, and work that waits. */
  private void publishOthers(final WindowedPublisher others, final long endNs) {
    try {
      while (System.nanoTime() < endNs) {
        others.publish(ROUND, i -> message("history." + i % 100));
        final int refused = others.refused();
        final long from = idsTaken;
        others.publish(ROUND, i -> identified(from + i));
        idsTaken += ROUND - (others.refused() - refused);
        others.publish(ROUND / 10, i -> telemetry());
        others.publish(ROUND / 10, i -> message("work." + i % 100));
      }
    } catch (final IOException | InterruptedException e) {
      System.out.println("  publishing ended: " + e);
    }
  }

  private void fillClients(final ConsumerCrowd clients) throws IOException {
    int subscriptions = 0;
    String error = "";
    while (error.isEmpty()) {
      final int from = subscriptions;
      error =
          clients.tryListen(
              IntStream.range(from, from + 1_000)
                  .mapToObj(i -> "fleet.device-" + i + ".state")
                  .toList());
      subscriptions += error.isEmpty() ? 1_000 : 0;
    }
    System.out.printf("  subscriptions: %,d, then %s", subscriptions, error);
    int connections = 0;
    error = "";
    while (error.isEmpty()) {
      error = clients.tryListen(List.of());
      connections += error.isEmpty() ? 1 : 0;
    }
    System.out.printf("  more connections: %,d, then %s", connections, error);
  }

  private static void fillFeeds(final SlowFeeds feeds) throws IOException {
    int opened = 0;
    String error = "";
    while (error.isEmpty() && opened < FEEDS) {
      error = feeds.tryOpen();
      opened += error.isEmpty() ? 1 : 0;
    }
    System.out.printf(
        "  feeds that do not read: %,d%s%n", opened, error.isEmpty() ? "" : ", then " + error);
  }

  private void requireAll() throws Exception {
    manage(
        management -> {
          final long held = management.getStreamInfo("KEYS").getStreamState().getMsgCount();
          final long ids = management.getStreamInfo("IDS").getStreamState().getLastSequence();
          final long consumers =
              management.getStreamInfo("CROWD").getStreamState().getConsumerCount();
          System.out.printf(
              "  there are %,d keys of %,d, %,d ids of %,d, %,d consumers%n",
              held, keys, ids, idsTaken, consumers);
          if (held != keys || ids != idsTaken) {
            throw new IllegalStateException("not what was acknowledged");
          }
        });
  }

  private int publish(
      final String what, final int count, final IntFunction<WindowedPublisher.Message> message)
      throws IOException, InterruptedException {
    try (WindowedPublisher publisher = WindowedPublisher.connect(process.natsPort())) {
      publisher.publish(count, message);
      System.out.printf(
          "%s: %,d, refused %,d %s%n",
          what, count, publisher.refused(), publisher.refusal().orElse(""));
      return count - publisher.refused();
    }
  }

  @FunctionalInterface
  private interface Managing {
    void run(JetStreamManagement management) throws Exception;
  }

  private void manage(final Managing managing) throws Exception {
    try (Connection client = ConsumerCrowd.client(process.natsPort())) {
      managing.run(
          client.jetStreamManagement(JetStreamOptions.builder().requestTimeout(PATIENCE).build()));
    }
  }

  private static StreamConfiguration.Builder stream(final String name, final String subject) {
    return StreamConfiguration.builder().name(name).subjects(subject);
  }

  private static WindowedPublisher.Message message(final String subject) {
    return WindowedPublisher.message(subject, PAYLOAD);
  }

  private static WindowedPublisher.Message telemetry() {
    return WindowedPublisher.message(
        "constellation.telemetry." + ORGANIZATION + ".vehicle", TELEMETRY_PAYLOAD);
  }

  private static WindowedPublisher.Message identified(final long number) {
    return WindowedPublisher.message("ids.all", "vehicle-0042-event-" + number, PAYLOAD);
  }

  private static String key(final int number) {
    return "keys.device-" + (10_000_000 + number) + ".state";
  }
}
