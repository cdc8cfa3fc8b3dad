package io.mothership.app;

import io.mothership.app.ConsumerCrowd.Refusals;
import io.nats.client.Connection;
import io.nats.client.JetStreamManagement;
import io.nats.client.JetStreamOptions;
import io.nats.client.PurgeOptions;
import io.nats.client.api.AckPolicy;
import io.nats.client.api.ConsumerConfiguration;
import io.nats.client.api.StreamConfiguration;
import io.nats.client.api.StreamInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * What happens beyond each budget, and whether there is room again after something was removed:
 * {@code BeyondRun KIND PROGRAM...}, where KIND is {@code subjects}, {@code index}, {@code ids},
 * {@code id-memory}, {@code consumers}, {@code pending}, {@code push}, {@code connections} or
 * {@code subscriptions}.
 *
 * <p>It shows the error that clients get, and fails if the appliance refuses nothing, ends, does
 * not answer others, has not what it acknowledged (also after SIGKILL), or stays full.
 */
final class BeyondRun {
  private static final String STREAM = "BOUNDS";
  private static final int PAYLOAD = 16;
  private static final int PUSHED_PAYLOAD = 2_048;
  private static final int AGAIN = 1_000;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final double MIB = 1024 * 1024;

  private final List<String> program;
  private final Path folder;
  private final List<String> options = new ArrayList<>();
  private MeasuredProcess process;
  private Liveness liveness;

  private BeyondRun(final List<String> program, final Path folder) {
    this.program = program;
    this.folder = folder;
  }

  public static void main(final String[] arguments) throws Exception {
    final List<String> words = new ArrayList<>(List.of(arguments));
    final String kind = words.removeFirst();
    final Path folder = Files.createTempDirectory("mothership-beyond");
    final BeyondRun run = new BeyondRun(words, folder);
    System.out.println(kind);
    try {
      run.run(kind);
    } finally {
      if (run.process != null) {
        run.process.close();
      }
      StartRun.delete(folder);
    }
  }

  private void run(final String kind) throws Exception {
    switch (kind) {
      case "subjects" -> messages(2_000_000, BeyondRun::subject);
      case "index" -> {
        options.addAll(List.of("--set", "jetstream.max_index_memory=4MB"));
        messages(5_000_000, i -> subject(i % 1_000));
      }
      case "ids" -> ids(1_200_000);
      case "id-memory" -> {
        options.addAll(List.of("--set", "jetstream.max_message_ids=1000000000"));
        ids(5_000_000);
      }
      case "consumers" -> consumers(40_000);
      case "pending" -> pending(2_000, 1_000);
      case "push" -> push(1_000, 4_000);
      case "connections" -> connections();
      case "subscriptions" -> subscriptions();
      default -> throw new IllegalArgumentException("not known: " + kind);
    }
  }

  /** More messages than there is memory for what finds them. */
  private void messages(final int count, final IntFunction<String> subject) throws Exception {
    start();
    create(StreamConfiguration.builder().name(STREAM).subjects("bounds.>").build());
    final int taken = publish(count, i -> WindowedPublisher.message(subject.apply(i), PAYLOAD));
    report();
    require(taken < count, "nothing was refused");
    requireMessages(taken);
    killAndStart();
    requireMessages(taken);
    liveness.check();
    manage(
        management ->
            management.purgeStream(STREAM, PurgeOptions.builder().keep(taken / 2).build()));
    final int more = publish(AGAIN, i -> WindowedPublisher.message(subject(count + i), PAYLOAD));
    require(more == AGAIN, "after half of it was purged there is no room");
    requireMessages(taken / 2 + AGAIN);
  }

  private void ids(final int count) throws Exception {
    start();
    final StreamConfiguration stream =
        StreamConfiguration.builder()
            .name(STREAM)
            .subjects("bounds.>")
            .maxMessages(AGAIN)
            .duplicateWindow(Duration.ofHours(2))
            .build();
    create(stream);
    final int taken = publish(count, BeyondRun::identified);
    report();
    require(taken < count, "nothing was refused");
    require(lastSequence() == taken, "the stream has another number than were acknowledged");
    killAndStart();
    publish(AGAIN, BeyondRun::identified);
    publish(AGAIN, i -> identified(taken - AGAIN + i));
    require(lastSequence() == taken, "an id was forgotten");
    liveness.check();
    manage(
        management ->
            management.updateStream(
                StreamConfiguration.builder(stream)
                    .duplicateWindow(Duration.ofMillis(100))
                    .build()));
    Thread.sleep(1_000);
    require(
        publish(AGAIN, i -> identified(count + i)) == AGAIN,
        "after the ids left the window there is no room");
  }

  private static WindowedPublisher.Message identified(final int number) {
    return WindowedPublisher.message("bounds.ids", "vehicle-0042-event-" + number, PAYLOAD);
  }

  private void consumers(final int count) throws Exception {
    start();
    create(StreamConfiguration.builder().name(STREAM).subjects("bounds.>").build());
    final int taken;
    try (ConsumerCrowd crowd = new ConsumerCrowd(process.natsPort(), STREAM)) {
      final Refusals refusals = crowd.create(count, i -> durable("many-" + i));
      System.out.println("  consumers: " + refusals);
      taken = count - refusals.count();
      require(taken < count, "nothing was refused");
    }
    report();
    killAndStart();
    require(info().getStreamState().getConsumerCount() == taken, "a consumer is not there");
    liveness.check();
    manage(
        management -> {
          for (final String name : management.getConsumerNames(STREAM).subList(0, AGAIN)) {
            management.deleteConsumer(STREAM, name);
          }
        });
    try (ConsumerCrowd crowd = new ConsumerCrowd(process.natsPort(), STREAM)) {
      final Refusals refusals = crowd.create(AGAIN / 2, i -> durable("again-" + i));
      require(refusals.count() == 0, "after deleting some there is no room: " + refusals);
    }
    System.out.println("  and room for more after some were deleted");
  }

  private static ConsumerConfiguration durable(final String name) {
    return ConsumerConfiguration.builder().durable(name).build();
  }

  /** Consumers that are given a thousand messages each, and acknowledge none. */
  private void pending(final int count, final int each) throws Exception {
    start();
    create(StreamConfiguration.builder().name(STREAM).subjects("bounds.>").build());
    publish(each, i -> WindowedPublisher.message(subject(i), PAYLOAD));
    try (ConsumerCrowd crowd = new ConsumerCrowd(process.natsPort(), STREAM)) {
      System.out.println(
          "  consumers: "
              + crowd.create(
                  count,
                  i ->
                      ConsumerConfiguration.builder()
                          .durable("held-" + i)
                          .ackWait(Duration.ofHours(1))
                          .build()));
      crowd.listenReading(IntStream.range(0, count).mapToObj(i -> "held." + i).toList());
      for (int i = 0; i < count; i++) {
        crowd.send(ConsumerCrowd.pull(STREAM, "held-" + i, "held." + i, each));
      }
      crowd.awaitQuiet();
      final long held = crowd.messages();
      System.out.printf("  delivered and not acknowledged: %,d%n", held);
      report();
      require(held < (long) count * each, "delivery did not wait");
      manage(
          management -> {
            for (int i = 0; i < count / 2; i++) {
              management.deleteConsumer(STREAM, "held-" + i);
            }
          });
      crowd.awaitQuiet();
      System.out.printf(
          "  delivered to the others after half were deleted: %,d%n", crowd.messages() - held);
      require(crowd.messages() > held, "delivery did not go on");
    }
    killAndStart();
    requireMessages(each);
    liveness.check();
  }

  /** Consumers that push to connections which read nothing. */
  private void push(final int count, final int messages) throws Exception {
    start();
    create(StreamConfiguration.builder().name(STREAM).subjects("bounds.>").build());
    final int taken = publish(messages, i -> WindowedPublisher.message(subject(i), PUSHED_PAYLOAD));
    try (ConsumerCrowd crowd = new ConsumerCrowd(process.natsPort(), STREAM)) {
      System.out.println(
          "  consumers: "
              + crowd.create(
                  count,
                  i ->
                      ConsumerConfiguration.builder()
                          .durable("push-" + i)
                          .ackPolicy(AckPolicy.None)
                          .deliverSubject("push." + i)
                          .build()));
      crowd.listenWithoutReading(IntStream.range(0, count).mapToObj(i -> "push." + i).toList());
      final long closed = awaitSlowConsumers();
      report();
      System.out.printf("  closed as slow: %,d; the first read: %s%n", closed, crowd.lastLine());
    }
    try (ConsumerCrowd crowd = new ConsumerCrowd(process.natsPort(), STREAM)) {
      crowd.create(
          1,
          i ->
              ConsumerConfiguration.builder()
                  .durable("reading")
                  .ackPolicy(AckPolicy.None)
                  .deliverSubject("reading")
                  .build());
      crowd.listenReading(List.of("reading"));
      crowd.awaitQuiet();
      System.out.printf("  one that reads gets %,d%n", crowd.messages());
      require(crowd.messages() == taken, "one that reads does not get all");
    }
    killAndStart();
    requireMessages(taken);
  }

  private long awaitSlowConsumers() throws Exception {
    long closed = 0;
    for (int i = 0; i < 60 && closed == 0; i++) {
      Thread.sleep(1_000);
      closed = HeldMemory.metric(process, "mothership_nats_slow_consumers_total");
    }
    require(closed > 0, "nobody was closed");
    return closed;
  }

  private void connections() throws Exception {
    start();
    try (ConsumerCrowd crowd = new ConsumerCrowd(process.natsPort(), STREAM)) {
      int opened = 0;
      String error = "";
      while (error.isEmpty() && opened < 10_000) {
        error = crowd.tryListen(List.of("quiet." + opened));
        opened += error.isEmpty() ? 1 : 0;
      }
      System.out.printf("  connected: %,d, then %s%n", opened, error);
      require(!error.isEmpty(), "nothing was refused");
      HeldMemory.get(process, "/health");
      System.out.println("  " + HeldMemory.of(process));
      crowd.closeSome(100);
      Thread.sleep(1_000);
      liveness.check();
      require(
          crowd.tryListen(List.of("again")).isEmpty(), "after some were closed there is no room");
      System.out.println("  and room for more after some were closed");
    }
  }

  private void subscriptions() throws Exception {
    start();
    try (ConsumerCrowd crowd = new ConsumerCrowd(process.natsPort(), STREAM)) {
      String error = "";
      int made = 0;
      while (error.isEmpty() && made < 1_000_000) {
        final int from = made;
        error =
            crowd.tryListen(
                IntStream.range(from, from + AGAIN * 10)
                    .mapToObj(i -> "fleet.device-" + i + ".state")
                    .toList());
        made += error.isEmpty() ? AGAIN * 10 : 0;
      }
      System.out.printf("  subscribed: %,d, then %s%n", made, error);
      require(!error.isEmpty(), "nothing was refused");
      report();
      crowd.closeSome(2);
      Thread.sleep(1_000);
      require(
          crowd.tryListen(List.of("fleet.again")).isEmpty(),
          "after some were closed there is no room");
      System.out.println("  and room for more after some were closed");
    }
  }

  private void start() throws Exception {
    process = MeasuredProcess.start(program, folder, options);
    liveness = Liveness.of(process);
  }

  private void killAndStart() throws Exception {
    process.kill();
    process = MeasuredProcess.start(program, folder, options);
    liveness = Liveness.of(process);
    System.out.printf("  after SIGKILL ready in %.0f ms%n", process.boundNs() / 1e6);
  }

  private void create(final StreamConfiguration stream) throws Exception {
    manage(management -> management.addStream(stream));
  }

  /** Returns how many were acknowledged. */
  private int publish(final int count, final IntFunction<WindowedPublisher.Message> message)
      throws Exception {
    try (WindowedPublisher publisher = WindowedPublisher.connect(process.natsPort())) {
      publisher.publish(count, message);
      System.out.printf(
          "  published %,d, refused %,d%s%n",
          count, publisher.refused(), publisher.refusal().map(text -> ": " + text).orElse(""));
      return count - publisher.refused();
    }
  }

  private void report() throws IOException, InterruptedException {
    System.out.println("  " + HeldMemory.of(process));
    final long state = HeldMemory.metric(process, "mothership_state_memory_bytes");
    final long limit = HeldMemory.metric(process, "mothership_state_memory_limit_bytes");
    System.out.printf("    budget for state: %.1f of %.1f MiB%n", state / MIB, limit / MIB);
    liveness.check();
  }

  private void requireMessages(final long expected) throws Exception {
    final long actual = info().getStreamState().getMsgCount();
    System.out.printf("  the stream has %,d messages, acknowledged were %,d%n", actual, expected);
    require(actual == expected, "not what was acknowledged");
  }

  private long lastSequence() throws Exception {
    return info().getStreamState().getLastSequence();
  }

  private StreamInfo info() throws Exception {
    try (Connection client = ConsumerCrowd.client(process.natsPort())) {
      return client.jetStreamManagement().getStreamInfo(STREAM);
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

  private static void require(final boolean holds, final String otherwise) {
    if (!holds) {
      throw new IllegalStateException(otherwise);
    }
  }

  private static String subject(final int number) {
    return "bounds.device-" + (10_000_000 + number) + ".state";
  }
}
