package io.mothership.api.follow;

import io.mothership.clock.Clock;
import io.mothership.fabric.Fabric;
import io.mothership.fabric.Fabric.Backlog;
import io.mothership.fabric.StoredRecord;
import io.mothership.fabric.Tap;
import io.mothership.fabric.TapFilter;
import io.mothership.fabric.TapStart;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A durable cursor at work: takes batches from its tap, delivers them, and keeps its place.
 *
 * <p><i>Thread:</i> a virtual thread of its own; commands and reports from any. <i>Back-pressure:
 * </i> holds one batch; what it has not read lies in the journal.
 */
public final class Follower implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Follower.class);
  private static final long AWAIT_MS = 500;
  private static final long PASSED_SAVE_NS = 5_000_000_000L;
  private static final long CLOSE_PATIENCE_MS = 1_000;

  private final FollowerConfig config;
  private final Fabric fabric;
  private final FollowerPlaces places;
  private final FollowerCounts counts = new FollowerCounts();
  private final Deliveries deliveries;
  private final FollowerControl control;
  private final Clock clock;
  private final Thread thread;
  private final List<StoredRecord.Kept> batch = new ArrayList<>();
  private volatile FollowerPlace place = new FollowerPlace(0, 0, 0, 0, false);
  private volatile boolean isPlaced;
  private volatile boolean isCaughtUp;
  private volatile boolean isFar;
  private long batchBytes;
  private long savedNs;

  Follower(
      final FollowerConfig config,
      final FollowerTarget target,
      final Fabric fabric,
      final FollowerPlaces places,
      final Clock clock,
      final RandomGenerator random) {
    this.config = config;
    this.fabric = fabric;
    this.places = places;
    this.clock = clock;
    this.control = new FollowerControl(clock);
    this.deliveries = new Deliveries(config, target, fabric, places, counts, control, random);
    this.thread = Thread.ofVirtual().name("ms-follow-" + config.name()).unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  public String name() {
    return config.name();
  }

  /** Stops it until {@link #resume}, over restarts too. */
  public void pause() {
    control.pause(true);
  }

  public void resume() {
    control.pause(false);
  }

  /**
   * Has it begin anew elsewhere; what it delivered already is delivered again if that lies behind.
   *
   * @param start the oldest record, now, or a time
   */
  public void reset(final TapStart start) {
    control.reset(start);
  }

  /** Asks the streams how far it is behind, so it may wait a moment. */
  public FollowerReport report() {
    final FollowerPlace now = place;
    final Backlog backlog =
        isPlaced ? fabric.backlog(config.filter(), now.position()) : Backlog.NONE;
    final long lagNs =
        backlog.oldestTimeNs() == 0 ? 0 : Math.max(0, clock.wallNs() - backlog.oldestTimeNs());
    return new FollowerReport(
        config.name(),
        state(),
        now.position(),
        backlog,
        lagNs,
        counts.delivered(),
        counts.failures(),
        counts.deadLetters(),
        counts.lost(),
        counts.lastFailure());
  }

  public FollowerState state() {
    if (control.isPaused()) {
      return FollowerState.PAUSED;
    }
    final Optional<FollowerState> trouble = deliveries.trouble();
    return trouble.orElse(isFar ? FollowerState.LAGGING : FollowerState.RUNNING);
  }

  private void run() {
    while (!control.isClosed()) {
      try {
        find();
        follow();
      } catch (final InterruptedException e) {
        return;
      } catch (final RuntimeException e) {
        if (control.isClosed()) {
          return;
        }
        try {
          deliveries.pauseAfter(e);
        } catch (final InterruptedException interrupted) {
          return;
        }
      }
    }
  }

  /** Finds the place to go on from, once. */
  private void find() {
    if (isPlaced) {
      return;
    }
    final Optional<FollowerPlace> kept = places.load(config.name());
    final long committed = committed();
    if (kept.isEmpty()) {
      place(FollowerPlace.at(config.start(), committed));
    } else if (isOfThisJournal(kept.get(), committed)) {
      place = kept.get();
    } else {
      LOG.warn(
          "a follower's place is not of this journal, which is older or another; it begins anew:"
              + " name={}, position={}, committed={}, start={}",
          config.name(),
          kept.get().position(),
          committed,
          config.start());
      counts.failed("its place was of another journal: it began anew");
      place(FollowerPlace.at(config.start(), committed).paused(kept.get().isPaused()));
    }
    if (place.isPaused()) {
      control.pause(true);
    }
    isPlaced = true;
  }

  private void place(final FollowerPlace found) {
    places.save(config.name(), found);
    place = found;
  }

  private long committed() {
    try (Tap tap = fabric.tap(new TapStart.Now())) {
      return tap.committedSequence();
    }
  }

  /** What was restored from an older copy ends before the place, or goes on differently there. */
  private boolean isOfThisJournal(final FollowerPlace kept, final long committed) {
    if (kept.position() > committed) {
      return false;
    }
    if (kept.mark() == 0) {
      return true;
    }
    try (Tap tap = fabric.tap(TapFilter.all(), new TapStart.AfterSequence(kept.mark() - 1))) {
      final boolean[] isSame = {true};
      tap.poll(
          record ->
              isSame[0] =
                  record.journalSequence() == kept.mark()
                      ? record.timeNs() == kept.markNs()
                      : record.timeNs() >= kept.markNs(),
          1);
      return isSame[0];
    }
  }

  /** Works until it is told to begin elsewhere. */
  private void follow() throws InterruptedException {
    batch.clear();
    try (Tap tap = fabric.tap(config.filter(), place.start())) {
      while (!control.isClosed()) {
        final Optional<TapStart> reset = control.takeReset();
        if (reset.isPresent()) {
          place(FollowerPlace.at(reset.get(), committed()).paused(control.isPaused()));
          deliveries.forget();
          LOG.info("a follower begins anew: name={}, start={}", config.name(), reset.get());
          return;
        }
        if (control.isPaused() != place.isPaused()) {
          place(place.paused(control.isPaused()));
        }
        if (control.isPaused()) {
          control.awaitCommand();
          continue;
        }
        step(tap);
      }
    }
  }

  private void step(final Tap tap) throws InterruptedException {
    collect(tap);
    counts.lost(config.name(), tap.takeDropped());
    if (batch.isEmpty()) {
      pass(tap);
      tap.await(AWAIT_MS);
      return;
    }
    final StoredRecord.Kept last = batch.getLast();
    isFar = clock.wallNs() - last.timeNs() > config.laggingAfter().toNanos();
    place = deliveries.deliver(List.copyOf(batch), place, kept -> place = kept);
    // Called elsewhere it may have left some, which are to be delivered still.
    batch.removeIf(record -> record.journalSequence() <= place.position());
    isCaughtUp = tap.isCaughtUp();
  }

  private void collect(final Tap tap) throws InterruptedException {
    batchBytes = batch.stream().mapToLong(StoredRecord.Kept::payloadLength).sum();
    final long lingerEndNs = clock.monotonicNs() + config.linger().toNanos();
    while (!isFull()) {
      if (tap.poll(this::add, 1) == 0 && tap.isCaughtUp()) {
        final long leftMs = (lingerEndNs - clock.monotonicNs()) / 1_000_000;
        if (batch.isEmpty() || leftMs <= 0 || control.isCalled()) {
          return;
        }
        tap.await(leftMs);
      }
    }
  }

  private boolean isFull() {
    return batch.size() >= config.batchMax() || batchBytes >= config.batchBytesMax();
  }

  private void add(final StoredRecord record) {
    batch.add(record.kept());
    batchBytes += record.payloadLength();
  }

  /** Nothing was for it: now and then that is noted, so that a start need not look again. */
  private void pass(final Tap tap) {
    isFar = false;
    isCaughtUp = tap.isCaughtUp();
    if (tap.journalSequence() <= place.position()) {
      return;
    }
    place = place.passed(tap.journalSequence());
    if (clock.monotonicNs() - savedNs > PASSED_SAVE_NS) {
      savedNs = clock.monotonicNs();
      places.save(config.name(), place);
    }
  }

  /** Whether everything that is there was delivered. */
  public boolean isCaughtUp() {
    return isCaughtUp && batch.isEmpty();
  }

  /** Stops; what is under way may be delivered again after the next start. */
  @Override
  public void close() {
    control.close();
    thread.interrupt();
    try {
      if (!thread.join(Duration.ofMillis(CLOSE_PATIENCE_MS))) {
        LOG.warn("a follower's target does not let go: name={}", config.name());
      }
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
