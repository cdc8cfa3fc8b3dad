package io.mothership.api.follow;

import io.mothership.fabric.Fabric;
import io.mothership.fabric.StoredRecord;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers a batch, however long that takes: tries again what failed, less and less often; finds
 * the record that makes a batch fail and puts it aside; leaves a target alone that fails all the
 * time.
 *
 * <p><i>Thread:</i> the follower's; {@link #trouble} any.
 */
final class Deliveries {
  private static final Logger LOG = LoggerFactory.getLogger(Deliveries.class);

  private final FollowerConfig config;
  private final FollowerTarget target;
  private final FollowerPlaces places;
  private final FollowerCounts counts;
  private final FollowerControl control;
  private final DeadLetters letters;
  private final Backoff backoff;
  private volatile FollowerState trouble;

  /** In a row. */
  private int failures;

  /** The record that failed last by itself, and how often. */
  private long suspect;

  private int suspectTries;

  Deliveries(
      final FollowerConfig config,
      final FollowerTarget target,
      final Fabric fabric,
      final FollowerPlaces places,
      final FollowerCounts counts,
      final FollowerControl control,
      final RandomGenerator random) {
    this.config = config;
    this.target = target;
    this.places = places;
    this.counts = counts;
    this.control = control;
    this.letters = new DeadLetters(fabric);
    this.backoff = new Backoff(config.retryMin(), config.retryMax(), random);
  }

  /** What keeps it from delivering, if anything does. */
  Optional<FollowerState> trouble() {
    return Optional.ofNullable(trouble);
  }

  /** It begins anew. */
  void forget() {
    failures = 0;
    suspect = 0;
    suspectTries = 0;
    trouble = null;
  }

  /**
   * Returns when all is done, or the follower is called elsewhere.
   *
   * @param progress is told each place that is kept
   * @return the last one
   */
  FollowerPlace deliver(
      final List<StoredRecord.Kept> batch,
      final FollowerPlace start,
      final Consumer<FollowerPlace> progress)
      throws InterruptedException {
    FollowerPlace place = start;
    int from = 0;
    boolean isOneByOne = false;
    while (from < batch.size() && !control.isCalled()) {
      // A target that failed a lot is tried with one record first.
      final boolean isProbe = isOneByOne || trouble == FollowerState.BROKEN;
      final List<StoredRecord.Kept> part = batch.subList(from, isProbe ? from + 1 : batch.size());
      try {
        place = tryDeliver(part, place);
        from += part.size();
        progress.accept(place);
        succeed(part.size());
      } catch (final InterruptedException e) {
        throw e;
      } catch (final Exception e) {
        if (Thread.interrupted() || control.isClosed()) {
          throw new InterruptedException();
        }
        final Optional<StoredRecord.Kept> poisoned = poisoned(part, e);
        if (poisoned.isPresent() && part.size() > 1) {
          isOneByOne = true;
        } else if (poisoned.isPresent() && isHopeless(poisoned.get())) {
          final Optional<FollowerPlace> next = tryPutAside(poisoned.get(), place, e);
          if (next.isPresent()) {
            place = next.get();
            from++;
            progress.accept(place);
          }
        } else {
          pauseAfter(e);
        }
      }
    }
    return place;
  }

  private FollowerPlace tryDeliver(final List<StoredRecord.Kept> part, final FollowerPlace place)
      throws Exception {
    final FollowerPlace next =
        place.delivered(part.getLast().journalSequence(), part.getLast().timeNs());
    target.deliver(part);
    keep(next);
    return next;
  }

  /** What was delivered is not delivered again only because the registry is away. */
  private void keep(final FollowerPlace next) throws InterruptedException {
    while (true) {
      try {
        places.save(config.name(), next);
        return;
      } catch (final RuntimeException e) {
        if (control.isCalled()) {
          throw e;
        }
        pauseAfter(e);
      }
    }
  }

  /** The record to blame, or the first of those who may be; none if the target has trouble. */
  private Optional<StoredRecord.Kept> poisoned(
      final List<StoredRecord.Kept> part, final Exception failure) {
    if (failure instanceof final PoisonedRecordException known) {
      return part.stream()
          .filter(record -> record.journalSequence() == known.journalSequence())
          .findFirst()
          .or(() -> Optional.of(part.getFirst()));
    }
    return target.isOutage(failure) ? Optional.empty() : Optional.of(part.getFirst());
  }

  /** Whether a record failed by itself as often as it may. */
  private boolean isHopeless(final StoredRecord.Kept record) {
    if (config.triesMax() == 0) {
      return false;
    }
    if (suspect != record.journalSequence()) {
      suspect = record.journalSequence();
      suspectTries = 0;
    }
    suspectTries++;
    return suspectTries >= config.triesMax();
  }

  private Optional<FollowerPlace> tryPutAside(
      final StoredRecord.Kept record, final FollowerPlace place, final Exception failure)
      throws InterruptedException {
    final FollowerPlace next = place.delivered(record.journalSequence(), record.timeNs());
    try {
      letters.put(config.name(), record, String.valueOf(failure.getMessage()));
      places.save(config.name(), next);
    } catch (final RuntimeException e) {
      pauseAfter(e);
      return Optional.empty();
    }
    counts.failed(told(failure));
    counts.deadLetter();
    LOG.error(
        "a record can never be delivered and is put aside: name={}, stream={}, sequence={},"
            + " cause={}",
        config.name(),
        record.stream(),
        record.streamSequence(),
        told(failure));
    suspect = 0;
    // Should the next one fail as well, it may be the target after all: the pauses go on growing.
    return Optional.of(next);
  }

  private void succeed(final int count) {
    if (failures > 0) {
      LOG.info("a follower delivers again: name={}", config.name());
    }
    failures = 0;
    trouble = null;
    counts.delivered(count);
  }

  /** Waits as long as so many failures in a row ask for. */
  void pauseAfter(final Exception failure) throws InterruptedException {
    failures++;
    counts.failed(told(failure));
    final boolean isBroken = failures >= config.breakerAfter();
    if (failures == 1 || isBroken && trouble != FollowerState.BROKEN) {
      LOG.warn(
          "a follower cannot deliver for now: name={}, state={}, cause={}",
          config.name(),
          isBroken ? "broken" : "backing_off",
          told(failure));
    }
    trouble = isBroken ? FollowerState.BROKEN : FollowerState.BACKING_OFF;
    control.sleepUntil(
        control.nowNs() + (isBroken ? config.breakerPause().toNanos() : backoff.pauseNs(failures)));
  }

  private static String told(final Exception failure) {
    return failure.getMessage() == null ? failure.toString() : failure.getMessage();
  }
}
