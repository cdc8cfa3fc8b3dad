package io.mothership.fabric;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.fabric.Fabric.Backlog;
import io.mothership.fabric.Fabric.Publication;
import io.mothership.fabric.Fabric.PublishAck;
import io.mothership.fabric.Fabric.Received;
import io.mothership.fabric.FabricException.Refusal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every fabric does, whatever is below it. */
public abstract class FabricContract {
  private static final String STREAM = "KEPT";
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private Fabric fabric;

  /** A fabric without streams; the contract closes it. */
  protected abstract Fabric open() throws Exception;

  @BeforeEach
  void openFabric() throws Exception {
    fabric = open();
    fabric.ensureStream(outline(STREAM, "kept.>"));
  }

  @AfterEach
  void closeFabric() {
    fabric.close();
  }

  @Test
  void shouldAcknowledgeWhatAStreamKeepsOnce() {
    final PublishAck first = publish(new Publication("kept.a", "id-1", bytes("one"), 0));
    assertEquals(new PublishAck(STREAM, 1, false), first);
    assertEquals(
        new PublishAck(STREAM, 1, true),
        publish(new Publication("kept.a", "id-1", bytes("again"), 0)));
    assertEquals(2, publish("kept.b", "two").sequence());
    assertEquals(List.of("one", "two"), payloads(TapFilter.all(), new TapStart.Oldest()));
  }

  @Test
  void shouldRefuseWithAReasonAndItsNumber() {
    final FabricException nobody = refusal(fabric.publish(publication("nobody.keeps.it", "")));
    assertEquals(Refusal.NO_STREAM, nobody.refusal());
    assertFalse(nobody.isLasting());
    publish("kept.a", "one");
    final FabricException wrong =
        refusal(
            fabric.publish(
                publication("kept.a", "two").with(Headers.EXPECTED_LAST_SUBJECT_SEQUENCE, "7")));
    assertEquals(Refusal.CONFLICT, wrong.refusal());
    assertEquals(10071, wrong.errorCode());
    assertTrue(wrong.isLasting());
    final FabricException overlap =
        assertThrows(
            FabricException.class, () -> fabric.ensureStream(outline("OTHER", "kept.a.>")));
    assertEquals(10065, overlap.errorCode());
    fabric.ensureStream(outline(STREAM, "something.else"));
  }

  @Test
  void shouldCarryHeadersToListenersAndTaps() throws Exception {
    final BlockingQueue<Received> heard = new LinkedBlockingQueue<>();
    try (AutoCloseable listening = fabric.subscribe("kept.*", heard::add)) {
      publish(publication("kept.a", "x").with("Trace", "4711").with("Trace", "4712"));
      final Received received = take(heard);
      assertEquals(List.of("4711", "4712"), received.headers().all("Trace"));
      assertArrayEquals(bytes("x"), received.payload());
    }
    final List<StoredRecord.Kept> kept = records(TapFilter.all(), new TapStart.Oldest());
    assertEquals("4711", kept.getFirst().headers().first("Trace").orElseThrow());
    assertEquals(STREAM, kept.getFirst().stream());
    assertEquals("kept.a", kept.getFirst().subject());
    assertEquals(1, kept.getFirst().streamSequence());
    assertThrows(IllegalArgumentException.class, () -> Headers.of("A", "x\r\nB: y"));
    assertThrows(IllegalArgumentException.class, () -> Headers.of("A b", "x"));
  }

  @Test
  void shouldAnswerRequests() throws Exception {
    try (AutoCloseable service =
        fabric.subscribe(
            "ask.me",
            asked ->
                fabric.send(
                    Publication.of(asked.reply(), bytes("so: " + text(asked.payload())))))) {
      assertEquals(
          "so: what",
          text(fabric.request(publication("ask.me", "what"), PATIENCE).join().payload()));
    }
    assertEquals(
        Refusal.NO_RESPONDERS,
        refusal(fabric.request(publication("ask.nobody", "what"), PATIENCE)).refusal());
    try (AutoCloseable silent = fabric.subscribe("ask.silent", asked -> {})) {
      assertEquals(
          Refusal.TIMEOUT,
          refusal(fabric.request(publication("ask.silent", ""), Duration.ofMillis(50))).refusal());
    }
  }

  @Test
  void shouldShareAQueueGroupsMessages() throws Exception {
    final BlockingQueue<Received> all = new LinkedBlockingQueue<>();
    final BlockingQueue<Received> shared = new LinkedBlockingQueue<>();
    try (AutoCloseable one = fabric.subscribe("work.*", "crew", shared::add);
        AutoCloseable two = fabric.subscribe("work.*", "crew", shared::add);
        AutoCloseable watcher = fabric.subscribe("work.>", all::add)) {
      for (int i = 0; i < 20; i++) {
        fabric.send(publication("work." + i, ""));
      }
      for (int i = 0; i < 20; i++) {
        assertEquals("work." + i, take(all).subject());
        take(shared);
      }
      assertEquals(null, shared.poll(50, TimeUnit.MILLISECONDS));
    }
  }

  @Test
  void shouldTapFromEveryPlaceForwardsAndBackwards() throws Exception {
    fabric.ensureStream(outline("OTHER", "other.>"));
    for (int i = 1; i <= 5; i++) {
      publish("kept.a." + i, "a" + i);
      publish("other.b", "b" + i);
    }
    final TapFilter some = TapFilter.ofSubjects("kept.a.2", "kept.*.4", "other.>");
    assertEquals(
        List.of("b1", "a2", "b2", "b3", "a4", "b4", "b5"), payloads(some, new TapStart.Oldest()));
    assertEquals(
        List.of("a1", "a2", "a3", "a4", "a5"),
        payloads(TapFilter.ofStream(STREAM), new TapStart.Oldest()));
    final StoredRecord.Kept third = records(some, new TapStart.Oldest()).get(2);
    assertEquals(
        List.of("b3", "a4", "b4", "b5"),
        payloads(some, new TapStart.AfterSequence(third.journalSequence())));
    assertEquals(List.of(), payloads(some, new TapStart.Now()));
    assertEquals(7, payloads(some, new TapStart.AtTime(1)).size());
    assertEquals(List.of(), payloads(some, new TapStart.AtTime(Long.MAX_VALUE)));
    assertEquals(
        List.of("b5", "b4", "a4", "b3", "b2", "a2", "b1"),
        payloads(some, new TapStart.Before(Long.MAX_VALUE, Long.MAX_VALUE)));
    assertEquals(
        List.of("a2", "b1"),
        payloads(some, new TapStart.Before(third.journalSequence(), Long.MAX_VALUE)));
    assertEquals(List.of(), payloads(some, new TapStart.Before(Long.MAX_VALUE, 1)));
  }

  @Test
  void shouldFindAFewAmongManyWithoutWalking() throws Exception {
    final List<CompletableFuture<PublishAck>> acks = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      acks.add(fabric.publish(publication("kept.crowd." + i % 500, "x")));
      if (i % 1_000 == 0) {
        acks.add(fabric.publish(publication("kept.one", "one" + i)));
        acks.forEach(CompletableFuture::join);
        acks.clear();
      }
    }
    acks.forEach(CompletableFuture::join);
    final List<String> wanted = IntStream.range(0, 10).mapToObj(i -> "one" + i * 1_000).toList();
    for (final TapFilter filter :
        List.of(
            TapFilter.ofSubjects("kept.one", "kept.one.>", "kept.nothing.*"),
            TapFilter.ofSubjects("kept.one"))) {
      try (Tap tap = fabric.tap(filter, new TapStart.Oldest())) {
        assertEquals(wanted, payloads(tap));
        assertTrue(tap.recordsRead() <= 600, () -> "read: " + tap.recordsRead());
      }
      try (Tap tap = fabric.tap(filter, new TapStart.Before(Long.MAX_VALUE, Long.MAX_VALUE))) {
        assertEquals(wanted.reversed(), payloads(tap));
        assertEquals(wanted.size(), tap.recordsRead());
      }
    }
    try (Tap tap = fabric.tap(TapFilter.ofSubjects("kept.crowd.7"), new TapStart.Oldest())) {
      assertEquals(20, payloads(tap).size());
      assertTrue(tap.recordsRead() <= 600, () -> "read: " + tap.recordsRead());
    }
  }

  @Test
  void shouldGoOnLiveWithoutASeam() throws Exception {
    publish("kept.a", "1");
    publish("kept.b", "no");
    try (Tap tap = fabric.tap(TapFilter.ofSubjects("kept.a"), new TapStart.Oldest())) {
      assertEquals(List.of("1"), payloads(tap));
      assertTrue(tap.isCaughtUp());
      final Thread later =
          Thread.startVirtualThread(
              () -> {
                for (int i = 2; i < 700; i++) {
                  publish("kept.b", "no");
                  publish("kept.a", Integer.toString(i));
                }
              });
      final List<String> seen = new ArrayList<>();
      final long deadlineNs = System.nanoTime() + PATIENCE.toNanos();
      while (seen.size() < 698 && System.nanoTime() < deadlineNs) {
        tap.await(1_000);
        tap.poll(record -> seen.add(text(record.payload())), 50);
      }
      later.join();
      assertEquals(IntStream.range(2, 700).mapToObj(Integer::toString).toList(), seen);
      assertEquals(0, tap.takeDropped());
    }
  }

  @Test
  void shouldTellWhatIsBeforeATap() {
    assertEquals(Backlog.NONE, fabric.backlog(TapFilter.ofStream(STREAM), 0));
    for (int i = 0; i < 10; i++) {
      publish("kept.a", "12345");
    }
    final List<StoredRecord.Kept> all = records(TapFilter.ofStream(STREAM), new TapStart.Oldest());
    final Backlog backlog =
        fabric.backlog(TapFilter.ofStream(STREAM), all.get(3).journalSequence());
    assertEquals(6, backlog.records());
    assertTrue(backlog.bytes() >= 6 * 5);
    assertEquals(all.get(4).timeNs(), backlog.oldestTimeNs());
  }

  @Test
  void shouldWorkThroughAStreamAndGoOnWhereItEnded() throws Exception {
    publish("kept.a", "1");
    publish("kept.b", "other");
    publish("kept.a", "2");
    final Consumption work = Consumption.of(STREAM, "crew", "kept.a");
    final BlockingQueue<String> done = new LinkedBlockingQueue<>();
    try (AutoCloseable working = fabric.consume(work, batch -> note(batch, done))) {
      assertEquals("1", take(done));
      assertEquals("2", take(done));
      publish("kept.a", "3");
      assertEquals("3", take(done));
    }
    publish("kept.a", "4");
    try (AutoCloseable working = fabric.consume(work, batch -> note(batch, done))) {
      assertEquals("4", take(done));
      assertEquals(null, done.poll(100, TimeUnit.MILLISECONDS));
    }
    assertEquals(
        Refusal.NO_STREAM,
        assertThrows(
                FabricException.class,
                () -> fabric.consume(Consumption.of("NONE", "crew"), batch -> {}))
            .refusal());
  }

  @Test
  void shouldDeliverAgainWhatWasNotDone() throws Exception {
    for (int i = 1; i <= 4; i++) {
      publish("kept.a", Integer.toString(i));
    }
    final BlockingQueue<String> told = new LinkedBlockingQueue<>();
    final AtomicInteger failures = new AtomicInteger();
    try (AutoCloseable working =
        fabric.consume(
            Consumption.of(STREAM, "crew").batchMax(1),
            batch -> {
              final Delivery only = batch.getFirst();
              told.add(text(only.payload()) + "/" + only.deliveries());
              switch (text(only.payload())) {
                case "1" -> {
                  if (failures.incrementAndGet() == 1) {
                    throw new IllegalStateException("not today");
                  }
                }
                case "2" -> {
                  if (only.deliveries() == 1) {
                    only.nak(Duration.ofMillis(10));
                  }
                }
                case "3" -> only.term();
                default -> only.ack();
              }
            })) {
      final List<String> seen = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        seen.add(take(told));
      }
      seen.sort(String::compareTo);
      assertEquals(List.of("1/1", "1/2", "2/1", "2/2", "3/1", "4/1"), seen);
      assertEquals(null, told.poll(100, TimeUnit.MILLISECONDS));
    }
  }

  @Test
  void shouldHaveOneBatchUnderWayAndNoMore() throws Exception {
    for (int i = 0; i < 50; i++) {
      publish("kept.a", Integer.toString(i));
    }
    final BlockingQueue<Integer> sizes = new LinkedBlockingQueue<>();
    final AtomicInteger underWay = new AtomicInteger();
    try (AutoCloseable working =
        fabric.consume(
            Consumption.of(STREAM, "crew").batchMax(20),
            batch -> {
              sizes.add(underWay.incrementAndGet() == 1 ? batch.size() : -1);
              Thread.sleep(5);
              underWay.decrementAndGet();
            })) {
      int sum = 0;
      while (sum < 50) {
        final int size = take(sizes);
        assertTrue(size > 0 && size <= 20, () -> "size: " + size);
        sum += size;
      }
      assertEquals(50, sum);
    }
  }

  @Test
  void shouldKeepValuesByKey() {
    final KeyValue bucket = fabric.kv(Bucket.of("places").history(3));
    assertTrue(bucket.get("home").isEmpty());
    assertEquals(1, bucket.put("home", bytes("here")));
    assertArrayEquals(bytes("here"), bucket.get("home").orElseThrow().value());
    assertEquals(
        10071,
        assertThrows(FabricException.class, () -> bucket.create("home", bytes("there")))
            .errorCode());
    final long second = bucket.update("home", bytes("there"), 1);
    assertEquals(
        Refusal.CONFLICT,
        assertThrows(FabricException.class, () -> bucket.update("home", bytes("no"), 1)).refusal());
    assertArrayEquals(bytes("here"), bucket.get("home", 1).orElseThrow().value());
    assertTrue(bucket.get("away", 1).isEmpty());
    bucket.put("fleet.a/b=c-d_e", bytes("x"));
    assertEquals(List.of("fleet.a/b=c-d_e", "home"), bucket.keys().stream().sorted().toList());
    assertEquals(List.of("fleet.a/b=c-d_e"), bucket.keys("fleet.*"));
    bucket.delete("home");
    assertTrue(bucket.get("home").isEmpty());
    assertEquals(List.of("fleet.a/b=c-d_e"), bucket.keys());
    assertEquals(
        List.of(KeyValue.Operation.PUT, KeyValue.Operation.PUT, KeyValue.Operation.DELETE),
        bucket.history("home").stream().map(KeyValue.Entry::operation).toList());
    assertEquals(second, bucket.history("home").get(1).revision());
    bucket.create("home", bytes("again"));
    bucket.purge("home");
    assertEquals(1, bucket.history("home").size());
    assertEquals(List.of(), bucket.history("nothing"));
    assertThrows(FabricException.class, () -> bucket.put("no key", bytes("x")));
    assertThrows(FabricException.class, () -> bucket.get("no..key"));
    assertArrayEquals(bytes("x"), fabric.kv("places").get("fleet.a/b=c-d_e").orElseThrow().value());
  }

  @Test
  void shouldTellWatchersWhatIsThereAndWhatComes() throws Exception {
    final KeyValue bucket = fabric.kv("watched");
    bucket.put("a.1", bytes("old"));
    bucket.put("a.1", bytes("new"));
    bucket.put("b.1", bytes("other"));
    final BlockingQueue<String> told = new LinkedBlockingQueue<>();
    final KeyValue.Watcher watcher =
        new KeyValue.Watcher() {
          @Override
          public void onEntry(final KeyValue.Entry entry) {
            told.add(entry.operation() + " " + entry.key() + " " + text(entry.value()));
          }

          @Override
          public void onCurrent() {
            told.add("current");
          }
        };
    try (AutoCloseable watching = bucket.watch("a.>", watcher)) {
      assertEquals("PUT a.1 new", take(told));
      assertEquals("current", take(told));
      bucket.put("b.1", bytes("not told"));
      bucket.put("a.2", bytes("x"));
      bucket.delete("a.1");
      assertEquals("PUT a.2 x", take(told));
      assertEquals("DELETE a.1 ", take(told));
    }
    try (AutoCloseable watching = bucket.watch("nothing", watcher)) {
      assertEquals("current", take(told));
    }
  }

  private static StreamOutline outline(final String name, final String subject) {
    return new StreamOutline(name, List.of(subject), Duration.ZERO, -1, true);
  }

  private static void note(final List<Delivery> batch, final BlockingQueue<String> done) {
    batch.forEach(delivery -> done.add(text(delivery.payload())));
  }

  private PublishAck publish(final String subject, final String payload) {
    return publish(publication(subject, payload));
  }

  private PublishAck publish(final Publication publication) {
    return fabric.publish(publication).join();
  }

  private static Publication publication(final String subject, final String payload) {
    return Publication.of(subject, bytes(payload));
  }

  private List<String> payloads(final TapFilter filter, final TapStart start) {
    return records(filter, start).stream().map(record -> text(record.payload())).toList();
  }

  private List<StoredRecord.Kept> records(final TapFilter filter, final TapStart start) {
    try (Tap tap = fabric.tap(filter, start)) {
      return read(tap);
    }
  }

  private static List<String> payloads(final Tap tap) {
    return read(tap).stream().map(record -> text(record.payload())).toList();
  }

  private static List<StoredRecord.Kept> read(final Tap tap) {
    final List<StoredRecord.Kept> records = new ArrayList<>();
    do {
      tap.poll(record -> records.add(record.kept()), 3);
    } while (!tap.isCaughtUp());
    return records;
  }

  private static <T> T take(final BlockingQueue<T> queue) throws InterruptedException {
    final T taken = queue.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    assertTrue(taken != null, "nothing came");
    return taken;
  }

  private static FabricException refusal(final CompletableFuture<?> answer) {
    final CompletionException e = assertThrows(CompletionException.class, answer::join);
    return (FabricException) e.getCause();
  }

  private static byte[] bytes(final String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(final byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
