package io.mothership.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.bus.Outbox;
import io.mothership.bus.Pressure;
import io.mothership.bus.QuietOutbox;
import io.mothership.bus.SessionOpening;
import io.mothership.clock.ManualClock;
import io.mothership.fabric.Tap;
import io.mothership.fabric.TapStart;
import io.mothership.frame.FrameDescriptor;
import io.mothership.frame.FrameView;
import io.mothership.frame.MessageView;
import io.mothership.frame.Slice;
import io.mothership.frame.codec.Origin;
import io.mothership.frame.codec.RecordType;
import io.mothership.journal.ListJournal;
import io.mothership.metrics.Histogram;
import io.mothership.metrics.JournalMetrics;
import io.mothership.routing.Subscription;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The spine stepped by hand, with a journal in memory and one stream that keeps {@code keep.>}. */
final class SpineTest {
  private final ManualClock clock = new ManualClock(1_700_000_000_000_000_000L);
  private final ListJournal journal = new ListJournal();
  private final Keeper keeper = new Keeper();
  private final Spine spine =
      new Spine(
          SpineConfig.of(Threading.INVOKER, 1024 * 1024),
          journal,
          Spine.Recovered.nothing(),
          keeper,
          clock);
  private final Client alice = new Client(1, true);
  private final Client bob = new Client(2, false);

  @BeforeEach
  void start() {
    spine.start(() -> {});
    alice.open();
    bob.open();
  }

  @Test
  void shouldDeliverToWildcardsAndOneMemberOfEachQueue() {
    alice.subscribe("1", "fleet.*.telemetry", "");
    alice.subscribe("2", "fleet.>", "workers");
    bob.subscribe("3", "fleet.>", "workers");
    bob.subscribe("4", "other", "");
    for (int i = 0; i < 100; i++) {
      alice.publish("fleet.a.telemetry", "", "x" + i);
    }
    step();
    assertEquals(100, alice.received("1").size());
    assertEquals(100, alice.received("2").size() + bob.received("3").size());
    assertTrue(alice.received("2").size() > 10 && bob.received("3").size() > 10);
    assertEquals("fleet.a.telemetry|x99", alice.received("1").get(99));
    assertEquals(0, bob.received("4").size());
  }

  @Test
  void shouldCountTheDutyCyclesOfTheDispatcher() {
    final Pulse pulse = spine.pulses().getFirst();
    assertEquals("ms-dispatch", pulse.agent());
    final long before = pulse.count();
    spine.step();
    spine.step();
    assertEquals(before + 2, pulse.count());
  }

  @Test
  void shouldNotEchoToThoseWhoDoNotWantIt() {
    bob.subscribe("1", "a", "");
    bob.publish("a", "", "mine");
    alice.publish("a", "", "yours");
    step();
    assertEquals(List.of("a|yours"), bob.received("1"));
  }

  @Test
  void shouldAnswerNoRespondersToTheRequesterOnly() {
    alice.subscribe("1", "_INBOX.x", "");
    bob.subscribe("2", "_INBOX.x", "");
    alice.publish("nobody.there", "_INBOX.x", "?");
    step();
    assertEquals(
        List.of("_INBOX.x|NATS/1.0 503\r\nNats-Subject: nobody.there\r\n\r\n"),
        alice.received("1"));
    assertEquals(List.of(), bob.received("2"));
  }

  @Test
  void shouldEndASubscriptionAfterItsMaximum() {
    alice.subscribe("1", "a", "");
    alice.unsubscribe("1", 3);
    for (int i = 0; i < 5; i++) {
      alice.publish("a", "", "" + i);
    }
    step();
    assertEquals(List.of("a|0", "a|1", "a|2"), alice.received("1"));
    assertEquals(2, keeper.interestChanges);
  }

  @Test
  void shouldAnswerPongBehindWhatWasSentBefore() {
    alice.subscribe("1", "a", "");
    alice.publish("a", "", "before");
    spine.ingress().tryPong(1);
    step();
    assertEquals(List.of("a|before", "PONG"), alice.all);
  }

  @Test
  void shouldCloseSlowConsumersAndForgetTheirSubscriptions() {
    bob.subscribe("1", "a", "");
    bob.isFull = true;
    alice.publish("a", "", "too much");
    step();
    assertEquals(Outbox.CloseReason.SLOW_CONSUMER, bob.closed);
    bob.isFull = false;
    alice.publish("a", "", "gone");
    step();
    assertEquals(List.of(), bob.received("1"));
  }

  @Test
  void shouldTellAppendedBeforeSyncedAndEachOnceInOrder() {
    for (int i = 0; i < 300; i++) {
      alice.publish("keep." + (i % 3 == 0 ? "synced" : "plain"), "", "" + i);
    }
    step();
    assertEquals(300, keeper.appended.size());
    assertEquals(100, keeper.synced.size());
    assertEquals(300, journal.appendedCount());
    assertEquals(300, journal.syncedCount());
    for (int i = 0; i < 300; i++) {
      assertEquals(i + 1L, keeper.appended.get(i));
    }
  }

  @Test
  void shouldSyncPlainRecordsAfterTheInterval() {
    alice.publish("keep.plain", "", "x");
    step();
    assertEquals(0, journal.syncedCount());
    clock.advanceNs(100_000_000L);
    step();
    assertEquals(1, journal.syncedCount());
  }

  @Test
  void shouldMeasureWhatAPowerCutWouldTake() {
    final JournalMetrics metrics = spine.journalMetrics();
    alice.publish("keep.plain", "", "x");
    alice.publish("keep.plain", "", "y");
    step();
    final long length = FrameDescriptor.frameLength("keep.plain".length(), 0, 0, 1);
    assertEquals(2 * length, metrics.unsyncedBytes());
    clock.advanceNs(60_000_000L);
    assertEquals(60_000_000L, metrics.unsyncedAgeNs());
    assertEquals(0, total(metrics.syncNs()));
    clock.advanceNs(40_000_000L);
    step();
    assertEquals(0, metrics.unsyncedBytes());
    assertEquals(0, metrics.unsyncedAgeNs());
    assertEquals(1, total(metrics.syncNs()));
    assertEquals(1, metrics.batchRecords().counts()[1], "one sync of two records");
    alice.publish("keep.synced", "", "z");
    step();
    assertEquals(3, metrics.batchRecords().sum());
    assertEquals(2, total(metrics.batchRecords()));
  }

  private static long total(final Histogram histogram) {
    return Arrays.stream(histogram.counts()).sum();
  }

  @Test
  void shouldKeepTheAgeOfWhatAFailedSyncLeftBehind() {
    journal.failNextSync();
    alice.publish("keep.synced", "", "x");
    step();
    clock.advanceNs(5_000_000_000L);
    assertEquals(5_000_000_000L, spine.journalMetrics().unsyncedAgeNs());
    assertEquals(0, total(spine.journalMetrics().syncNs()));
  }

  @Test
  void shouldNeverAcknowledgeAfterAFailedSync() {
    journal.failNextSync();
    alice.publish("keep.synced", "", "x");
    step();
    assertEquals(0, keeper.synced.size());
    assertTrue(keeper.isFailureTold);
    assertTrue(spine.isJournalFailed());
    alice.publish("keep.synced", "", "y");
    step();
    assertEquals(Pressure.CLOSED, keeper.lastAnswer);
    assertEquals(1, journal.appendedCount());
  }

  @Test
  void shouldCloseAlsoIfTheLastSyncFails() {
    alice.publish("keep.plain", "", "x");
    step();
    journal.failNextSync();
    spine.close();
    assertTrue(spine.isJournalFailed());
    assertEquals(Outbox.CloseReason.SHUTDOWN, alice.closed);
  }

  @Test
  void shouldStopReadingIngressWhileTheJournalRingIsFull() {
    final byte[] payload = new byte[60_000];
    int taken = 0;
    while (alice.tryPublish("keep.synced", payload) >= 0) {
      taken++;
      spine.step();
    }
    final int refused = keeper.refused;
    assertEquals(0, refused, "what the ring took is never refused later");
    assertTrue(taken > 50);
    assertTrue(spine.journalWaits() > 0);
    assertEquals(1, spine.ingress().refusals());
    step();
    assertEquals(taken, journal.appendedCount());
  }

  @Test
  void shouldCarryLargePayloadsByReference() {
    alice.subscribe("1", "big", "");
    final byte[] payload = new byte[1024 * 1024];
    payload[payload.length - 1] = 'z';
    assertTrue(alice.tryPublish("big", payload) > 0);
    step();
    assertEquals(1, alice.received("1").size());
    assertTrue(alice.received("1").getFirst().endsWith("z"));
  }

  @Test
  void shouldReadRecordsBehindTheTailThroughTheReadAgent() {
    alice.publish("keep.plain", "", "old");
    step();
    keeper.exchange.tryRead(42, 4711, keeper.locations.getFirst());
    keeper.exchange.tryRead(42, 4712, 999);
    step();
    assertEquals(List.of("42/4711/old", "42/4712/missing"), keeper.reads);
  }

  @Test
  void shouldTapOnlyWhatIsCommitted() {
    final Tap tap = spine.tap(new TapStart.Oldest());
    final List<Long> seen = new ArrayList<>();
    alice.publish("keep.plain", "", "1");
    alice.publish("keep.synced", "", "2");
    alice.publish("keep.plain", "", "3");
    spine.step();
    assertEquals(0, tap.poll(record -> seen.add(record.journalSequence()), 10));
    step();
    while (tap.poll(record -> seen.add(record.journalSequence()), 2) > 0) {
      assertFalse(seen.isEmpty());
    }
    assertEquals(List.of(1L, 2L, 3L), seen);
    assertTrue(tap.isCaughtUp());
    alice.publish("keep.plain", "", "4");
    step();
    assertEquals(1, tap.poll(record -> seen.add(record.journalSequence()), 10));
    assertEquals(0, tap.takeDropped());
    final Tap late = spine.tap(new TapStart.AfterSequence(2));
    assertEquals(2, late.poll(record -> assertEquals("KEEPER", record.stream()), 10));
  }

  @Test
  void shouldFireTimersAtTheirDeadlineAndNotAfterCancel() {
    final List<String> fired = new ArrayList<>();
    keeper.exchange.schedule(50_000_000L, () -> fired.add("a"));
    final long cancelled = keeper.exchange.schedule(50_000_000L, () -> fired.add("b"));
    keeper.exchange.cancel(cancelled);
    clock.advanceNs(40_000_000L);
    step();
    assertEquals(List.of(), fired);
    clock.advanceNs(12_000_000L);
    step();
    assertEquals(List.of("a"), fired);
  }

  private void step() {
    while (spine.stepAll() != 0) {
      Thread.onSpinWait();
    }
    spine.stepAll();
  }

  private final class Client extends QuietOutbox {
    private final long id;
    private final boolean isEcho;
    private final List<String> all = new ArrayList<>();
    private final List<String> sids = new ArrayList<>();
    private boolean isFull;
    private CloseReason closed;

    Client(final long id, final boolean isEcho) {
      this.id = id;
      this.isEcho = isEcho;
    }

    void open() {
      spine.ingress().tryOpen(new SessionOpening(id, 0, Origin.NATS, this, isEcho, true, true));
    }

    void subscribe(final String sid, final String subject, final String queue) {
      spine.ingress().trySubscribe(id, Slice.of(sid), Slice.of(subject), Slice.of(queue));
    }

    void unsubscribe(final String sid, final long max) {
      spine.ingress().tryUnsubscribe(id, Slice.of(sid), max);
    }

    void publish(final String subject, final String reply, final String payload) {
      final MessageView message = message(subject, payload.getBytes(StandardCharsets.UTF_8));
      message.reply().wrap(Slice.of(reply));
      assertTrue(spine.ingress().tryPublish(id, Origin.NATS, 0, 0, message) > 0);
    }

    int tryPublish(final String subject, final byte[] payload) {
      return spine.ingress().tryPublish(id, Origin.NATS, 0, 0, message(subject, payload));
    }

    List<String> received(final String sid) {
      final List<String> found = new ArrayList<>();
      for (int i = 0; i < sids.size(); i++) {
        if (sids.get(i).equals(sid)) {
          found.add(all.get(i));
        }
      }
      return found;
    }

    @Override
    public int offerMessage(final byte[] sid, final MessageView message) {
      if (isFull) {
        return Pressure.FULL;
      }
      sids.add(new String(sid, StandardCharsets.US_ASCII));
      all.add(message.subject() + "|" + message.headers() + message.payload());
      return 1;
    }

    @Override
    public int offerPong() {
      sids.add("");
      all.add("PONG");
      return 1;
    }

    @Override
    public void close(final CloseReason reason) {
      closed = reason;
    }

    private static MessageView message(final String subject, final byte[] payload) {
      final MessageView message = new MessageView();
      message.subject().wrap(Slice.of(subject));
      message.payload().wrap(Slice.of(payload));
      return message;
    }
  }

  /** A stream that keeps everything and acknowledges nothing. */
  private static final class Keeper implements StreamLayer {
    private final List<Long> appended = new ArrayList<>();
    private final List<Long> synced = new ArrayList<>();
    private final List<Long> locations = new ArrayList<>();
    private final List<String> reads = new ArrayList<>();
    private Exchange exchange;
    private boolean isFailureTold;
    private long lastAnswer;
    private int refused;
    private int interestChanges;
    private long sequence;

    @Override
    public void onRecovered(final FrameView frame, final long location) {}

    @Override
    public void onRecoveryComplete(final Exchange newExchange) {
      exchange = newExchange;
      exchange.nameStream(1, "KEEPER");
      exchange.subscribe(
          0,
          Subscription.internal(
              (subscription, message) -> {
                lastAnswer =
                    exchange.tryAppend(
                        RecordType.MESSAGE,
                        0,
                        1,
                        ++sequence,
                        message.subject().toString().endsWith("synced"),
                        0,
                        message);
                refused += lastAnswer < 0 ? 1 : 0;
              },
              "keep.>"));
    }

    @Override
    public void onAppended(final FrameView frame, final long location) {
      appended.add(frame.journalSequence());
      locations.add(location);
    }

    @Override
    public void onSynced(final FrameView frame) {
      assertTrue(appended.contains(frame.journalSequence()));
      synced.add(frame.journalSequence());
    }

    @Override
    public void onJournalFailed() {
      isFailureTold = true;
    }

    @Override
    public void onRead(final int requester, final long token, final FrameView frame) {
      reads.add(
          requester
              + "/"
              + token
              + "/"
              + (frame == null ? "missing" : new MessageView().wrap(frame).payload().toString()));
    }

    @Override
    public void onInterestChanged(
        final int accountId, final Subscription subscription, final boolean isAdded) {
      interestChanges++;
    }

    @Override
    public int doWork() {
      return 0;
    }
  }
}
