package io.mothership.api.follow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.clock.ManualClock;
import io.mothership.fabric.Fabric.Publication;
import io.mothership.fabric.MemoryFabric;
import io.mothership.fabric.StoredRecord;
import io.mothership.fabric.StreamOutline;
import io.mothership.fabric.TapFilter;
import io.mothership.fabric.TapStart;
import io.mothership.metrics.MetricsText;
import io.mothership.security.Principal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class FollowerTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Principal OWNER = Principal.owner("test");
  private static final String NAME = "copies";

  private final ManualClock clock = new ManualClock(1_700_000_000_000_000_000L);
  private final ListedPlaces places = new ListedPlaces();
  private final RecordingTarget target = new RecordingTarget();
  private MemoryFabric fabric = fabric();
  private Followers followers = new Followers(fabric, places, clock);

  private MemoryFabric fabric() {
    final MemoryFabric made =
        new MemoryFabric() {
          @Override
          protected long storedNs(final long sequence) {
            return clock.wallNs();
          }
        };
    made.ensureStream(new StreamOutline("KEPT", List.of("kept.>"), Duration.ZERO, -1, true));
    return made;
  }

  @BeforeEach
  void watchThePlaces() {
    assertTrue(places.load(NAME).isEmpty());
  }

  @AfterEach
  void stop() {
    followers.close();
    fabric.close();
  }

  @Test
  void shouldDeliverInOrderAndInBatches() throws Exception {
    publish("a", 1, 100);
    publish("b", 1, 10);
    follow(config().batches(16, 1 << 20, Duration.ofMillis(5)));
    assertEquals(numbers(1, 100), target.take(100));
    assertTrue(target.sizes.stream().allMatch(size -> size <= 16));
    publish("a", 101, 120);
    assertEquals(numbers(101, 120), target.take(20));
    assertEquals(0, report().backlog().records());
    assertEquals(120, report().delivered());
  }

  @Test
  void shouldBoundABatchInBytes() throws Exception {
    publish("a", 1000, 1099);
    follow(config().batches(1000, 40, Duration.ZERO));
    assertEquals(100, target.take(100).size());
    assertTrue(target.sizes.stream().allMatch(size -> size <= 10), () -> "" + target.sizes);
  }

  @Test
  void shouldGoOnWhereItEndedAfterAStart() throws Exception {
    publish("a", 1, 10);
    follow(config());
    target.take(10);
    followers.close();
    publish("a", 11, 20);
    followers = new Followers(fabric, places, clock);
    follow(config());
    assertEquals(numbers(11, 20), target.take(10));
  }

  @Test
  void shouldStartWhereItIsTold() throws Exception {
    publish("a", 1, 3);
    clock.advanceNs(1_000_000_000L);
    final long laterNs = clock.wallNs();
    publish("a", 4, 6);
    follow(config().start(new TapStart.AtTime(laterNs)));
    assertEquals(numbers(4, 6), target.take(3));
    followers.close();
    followers = new Followers(fabric, new ListedPlaces(), clock);
    final Follower late = follow(config().start(new TapStart.Now()));
    await(() -> late.report().position() == 6);
    publish("a", 7, 8);
    assertEquals(numbers(7, 8), target.take(2));
  }

  @Test
  void shouldTryAgainUntilTheTargetIsBackAndLoseNothing() throws Exception {
    target.outages = Integer.MAX_VALUE;
    publish("a", 1, 50);
    follow(config().breaker(3, Duration.ofMinutes(1)));
    await(() -> report().state() == FollowerState.BACKING_OFF);
    await(
        () -> {
          clock.advanceNs(Duration.ofSeconds(1).toNanos());
          return report().state() == FollowerState.BROKEN;
        });
    assertEquals(3, report().failures());
    assertEquals("no route", report().lastFailure());
    target.outages = 0;
    Thread.sleep(60);
    assertEquals(3, report().failures(), "a broken target was not left alone");
    clock.advanceNs(Duration.ofMinutes(1).toNanos());
    assertEquals(numbers(1, 50), target.take(50));
    assertEquals(1, target.sizes.peek(), "the first one after a break is a try");
    assertEquals(FollowerState.RUNNING, report().state());
    assertEquals(0, report().deadLetters());
  }

  @Test
  void shouldPutAsideWhatCanNeverBeDelivered() throws Exception {
    target.poisoned = List.of("7", "8");
    publish("a", 1, 20);
    follow(
        config().retries(Duration.ofNanos(1), Duration.ofNanos(1), 3).breaker(50, Duration.ZERO));
    final List<String> wanted = new ArrayList<>(numbers(1, 20));
    wanted.removeAll(target.poisoned);
    assertEquals(wanted, target.take(18));
    await(() -> report().deadLetters() == 2);
    final List<StoredRecord.Kept> letters = new ArrayList<>();
    fabric
        .tap(TapFilter.ofSubjects("mothership.dead." + NAME), new TapStart.Oldest())
        .poll(record -> letters.add(record.kept()), 10);
    assertEquals(2, letters.size());
    assertEquals("7", text(letters.getFirst()));
    assertEquals("kept.a", letters.getFirst().headers().first("Mothership-Subject").orElseThrow());
    assertEquals("4711", letters.getFirst().headers().first("Trace").orElseThrow());
    assertEquals(
        "cannot take 7", letters.getFirst().headers().first("Mothership-Reason").orElseThrow());
    assertTrue(report().position() >= 20);
  }

  @Test
  void shouldStopTheRestIfItIsConfiguredSo() throws Exception {
    target.poisoned = List.of("3");
    publish("a", 1, 5);
    follow(config().retries(Duration.ofNanos(1), Duration.ofNanos(1), 0).breaker(5, Duration.ZERO));
    assertEquals(numbers(1, 2), target.take(2));
    await(() -> report().failures() > 20);
    assertEquals(2, report().position());
    target.poisoned = List.of();
    assertEquals(numbers(3, 5), target.take(3));
  }

  @Test
  void shouldPauseAndResumeOverStarts() throws Exception {
    follow(config());
    publish("a", 1, 2);
    target.take(2);
    followers.pause(OWNER, NAME);
    await(() -> places.load(NAME).orElseThrow().isPaused());
    publish("a", 3, 4);
    followers.close();
    followers = new Followers(fabric, places, clock);
    follow(config());
    await(() -> report().state() == FollowerState.PAUSED);
    assertEquals(2, report().backlog().records());
    clock.advanceNs(Duration.ofSeconds(7).toNanos());
    assertEquals(7, TimeUnit.NANOSECONDS.toSeconds(report().lagNs()));
    assertTrue(target.received.isEmpty());
    followers.resume(OWNER, NAME);
    assertEquals(numbers(3, 4), target.take(2));
  }

  @Test
  void shouldBeginAnewWhereItIsTold() throws Exception {
    follow(config());
    publish("a", 1, 5);
    target.take(5);
    followers.reset(OWNER, NAME, new TapStart.Oldest());
    assertEquals(numbers(1, 5), target.take(5));
    target.outages = Integer.MAX_VALUE;
    publish("a", 6, 9);
    await(() -> report().failures() > 0);
    followers.reset(OWNER, NAME, new TapStart.Now());
    await(() -> report().position() == 9);
    target.outages = 0;
    publish("a", 10, 10);
    assertEquals(numbers(10, 10), target.take(1));
  }

  @Test
  void shouldSayThatTheJournalIsAnOlderOneAndBeginAnew() throws Exception {
    follow(config());
    publish("a", 1, 9);
    target.take(9);
    await(() -> report().position() == 9);
    restart();
    publish("a", 1, 4);
    follow(config());
    assertEquals(numbers(1, 4), target.take(4));
    assertEquals(4, report().position());
  }

  @Test
  void shouldNoticeAnotherJournalThatIsLongEnough() throws Exception {
    follow(config());
    publish("a", 1, 9);
    target.take(9);
    await(() -> report().position() == 9);
    restart();
    clock.advanceNs(-1_000_000_000L);
    publish("a", 1, 30);
    follow(config());
    assertEquals(numbers(1, 30), target.take(30));
  }

  private void restart() {
    followers.close();
    fabric.close();
    fabric = fabric();
    followers = new Followers(fabric, places, clock);
  }

  @Test
  void shouldStopWithinASecondWhateverTheTargetDoes() throws Exception {
    final CountDownLatch called = new CountDownLatch(1);
    publish("a", 1, 1);
    final Follower stuck =
        followers.follow(
            config(),
            batch -> {
              called.countDown();
              Thread.sleep(Duration.ofMinutes(1));
            });
    assertTrue(called.await(PATIENCE.toSeconds(), TimeUnit.SECONDS));
    final long startNs = System.nanoTime();
    stuck.close();
    assertTrue(System.nanoTime() - startNs < Duration.ofSeconds(1).toNanos());
    assertFalse(places.load(NAME).orElseThrow().position() > 0);
  }

  @Test
  void shouldKeepItsPlaceBesideTheStreams() throws Exception {
    followers = new Followers(fabric, clock);
    follow(config());
    publish("a", 1, 3);
    target.take(3);
    await(() -> report().position() >= 3);
    followers.close();
    publish("a", 4, 6);
    followers = new Followers(fabric, clock);
    follow(config());
    assertEquals(numbers(4, 6), target.take(3));
  }

  @Test
  void shouldTellItsNumbers() throws Exception {
    follow(config());
    publish("a", 1, 3);
    target.take(3);
    await(() -> report().position() == 3);
    final MetricsText text = new MetricsText();
    followers.write(text);
    final String page = new String(text.bytes(), StandardCharsets.UTF_8);
    assertTrue(page.contains("mothership_follower_delivered_total{follower=\"copies\"} 3"), page);
    assertTrue(
        page.contains("mothership_follower_state{follower=\"copies\",state=\"running\"} 1"), page);
    assertTrue(page.contains("mothership_follower_lag_records{follower=\"copies\"} 0"), page);
  }

  @Test
  void shouldWaitLongerFromFailureToFailureUpToABound() {
    final Backoff backoff =
        new Backoff(Duration.ofMillis(100), Duration.ofSeconds(5), RandomGenerator.getDefault());
    for (int failures = 1; failures < 100; failures++) {
      final long whole = Math.min(5_000, failures > 10 ? 5_000 : 100L << failures - 1);
      final long pauseMs = TimeUnit.NANOSECONDS.toMillis(backoff.pauseNs(failures));
      assertTrue(pauseMs <= whole && pauseMs >= whole / 2 - 1, failures + ": " + pauseMs);
    }
  }

  private static FollowerConfig config() {
    return FollowerConfig.of(NAME, TapFilter.ofSubjects("kept.a"))
        .batches(100, 1 << 20, Duration.ZERO);
  }

  private Follower follow(final FollowerConfig config) {
    return followers.follow(config, target);
  }

  private FollowerReport report() {
    return followers.list(OWNER).getFirst();
  }

  private void publish(final String token, final int first, final int last) {
    for (int i = first; i <= last; i++) {
      fabric
          .publish(
              Publication.of("kept." + token, Integer.toString(i).getBytes(StandardCharsets.UTF_8))
                  .with("Trace", "4711"))
          .join();
    }
  }

  private static List<String> numbers(final int first, final int last) {
    return IntStream.rangeClosed(first, last).mapToObj(Integer::toString).toList();
  }

  private static String text(final StoredRecord record) {
    return new String(record.payload(), StandardCharsets.UTF_8);
  }

  /** Time passes while one waits. */
  private void await(final BooleanSupplier condition) throws InterruptedException {
    final long deadlineNs = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadlineNs, "it never came");
      Thread.sleep(2);
      clock.advanceNs(1_000_000L);
    }
  }

  /** Notes what it gets, and fails as it is told. */
  private final class RecordingTarget implements FollowerTarget {
    private final BlockingQueue<String> received = new LinkedBlockingQueue<>();
    private final BlockingQueue<Integer> sizes = new LinkedBlockingQueue<>();
    private volatile int outages;
    private volatile List<String> poisoned = List.of();

    @Override
    public void deliver(final List<StoredRecord.Kept> batch) throws IOException {
      if (outages > 0) {
        outages--;
        throw new IOException("no route");
      }
      for (final StoredRecord.Kept record : batch) {
        if (poisoned.contains(text(record))) {
          throw new IllegalArgumentException("cannot take " + text(record));
        }
      }
      sizes.add(batch.size());
      batch.forEach(record -> received.add(text(record)));
    }

    List<String> take(final int count) throws InterruptedException {
      final List<String> taken = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        await(() -> !received.isEmpty());
        taken.add(received.take());
      }
      return taken;
    }
  }
}
