package io.mothership.alien;

import io.nats.client.JetStreamApiException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Publishes a recorded file as telemetry: every record acknowledged, once, in the file's order.
 *
 * <p>Message ids follow from the record: {@code entity-file-n} in the first pass, {@code
 * entity-file-pK-n} in later ones. A replay that was killed continues: its progress file gives the
 * pass and a lower bound, and the id of the last message the server has under this entity gives the
 * record exactly, however long ago it was. Where the server cannot be asked, the duplicate window
 * sorts out what is sent twice.
 *
 * <p><em>Thread:</em> the caller's, until the end or an interrupt.
 */
public final class TrackReplay {

  private static final long REPORT_NS = Duration.ofSeconds(1).toNanos();
  private static final long PROGRESS_NS = Duration.ofMillis(500).toNanos();
  private static final Duration STEP = Duration.ofMillis(100);

  private final Alien alien;
  private final ReplayOptions options;
  private final Consumer<ReplaySummary> listener;
  private final String name;
  private final OutgoingWindow.Tally tally = new OutgoingWindow.Tally();
  private final ArrayDeque<Long> unsettled = new ArrayDeque<>();
  private final long startNs = System.nanoTime();
  private ReplayProgress progress;
  private long resumedAt;
  private long published;
  private long reportedNs = startNs;
  private long savedNs = startNs;
  private String remark = "";

  private TrackReplay(
      final Alien alien, final ReplayOptions options, final Consumer<ReplaySummary> listener)
      throws IOException {
    this.alien = alien;
    this.options = options;
    this.listener = listener;
    this.name = plainName(options.file());
    this.progress =
        new ReplayProgress(
            alien.registration().entityId(), name, Files.size(options.file()), 1, 0, false);
  }

  /**
   * Replays a file until its end (or for ever when looped), and until every record is settled.
   *
   * @param listener is told where the replay is about once a second
   * @throws InterruptedException when interrupted; the next run continues where this one ended
   * @throws AlienException when the file or the progress file cannot be read
   */
  public static ReplaySummary run(
      final Alien alien, final ReplayOptions options, final Consumer<ReplaySummary> listener)
      throws InterruptedException {
    try {
      return new TrackReplay(alien, options, listener).run();
    } catch (final IOException e) {
      throw new AlienException(
          AlienException.Reason.RECORDING,
          options.file() + " cannot be read: " + e.getMessage(),
          e);
    }
  }

  /**
   * Reads as much of a file as shows whether it can be replayed.
   *
   * @return what of it cannot be used, in a line for people; empty as far as is known
   * @throws AlienException if nothing can be
   */
  public static String check(final Path file) {
    try (Recording recording = Recording.open(file)) {
      recording.next();
      return recording.remark();
    }
  }

  /** The file's name in message ids: anything unusual becomes {@code _}. */
  static String plainName(final Path file) {
    return file.getFileName().toString().replaceAll("[^A-Za-z0-9._-]", "_");
  }

  private ReplaySummary run() throws InterruptedException {
    check(options.file());
    begin();
    try {
      pass();
      while (options.isLooped()) {
        progress = progress.at(progress.pass() + 1, 0, false);
        progress.write(options.progressFile());
        pass();
      }
    } catch (final InterruptedException e) {
      noteSettled();
      progress.write(options.progressFile());
      throw e;
    }
    return summary(true);
  }

  private void begin() throws InterruptedException {
    while (!alien.awaitConnected(STEP)) {
      report();
    }
    final Optional<ReplayPlace> stored = storedPlace();
    final Optional<ReplayProgress> kept =
        ReplayProgress.read(options.progressFile())
            .filter(
                p ->
                    p.entityId().equals(progress.entityId())
                        && p.file().equals(progress.file())
                        && p.fileLength() == progress.fileLength());
    progress = place(progress, kept, stored, options.isRestarted());
    resumedAt = progress.recordCount();
    progress.write(options.progressFile());
  }

  /** Decides where to begin from what the progress file and the server know. */
  static ReplayProgress place(
      final ReplayProgress start,
      final Optional<ReplayProgress> kept,
      final Optional<ReplayPlace> stored,
      final boolean isRestarted) {
    final long storedPass = stored.map(ReplayPlace::pass).orElse(0L);
    final boolean isContinued =
        kept.isPresent()
            && !kept.get().isFinished()
            && storedPass <= kept.get().pass()
            && !isRestarted;
    if (!isContinued) {
      final long keptPass = kept.map(ReplayProgress::pass).orElse(0L);
      return start.at(Math.max(keptPass, storedPass) + 1, 0, false);
    }
    final long pass = kept.get().pass();
    final long storedCount = storedPass == pass ? stored.get().recordIndex() + 1 : 0;
    return start.at(pass, Math.max(kept.get().recordCount(), storedCount), false);
  }

  private Optional<ReplayPlace> storedPlace() {
    try {
      return alien
          .lastStoredTelemetryId()
          .flatMap(id -> ReplayPlace.parse(id, idPrefix(progress.entityId(), name)));
    } catch (final IOException | JetStreamApiException | IllegalStateException e) {
      return Optional.empty();
    }
  }

  private void pass() throws InterruptedException {
    try (Recording recording = Recording.open(options.file())) {
      final long first = progress.recordCount();
      long index = 0;
      long zeroNs = System.nanoTime();
      long zeroMicros = 0;
      while (recording.next()) {
        if (index == first) {
          zeroNs = System.nanoTime();
          zeroMicros = recording.offsetMicros();
        }
        if (index >= first) {
          awaitDue(zeroNs, recording.offsetMicros() - zeroMicros);
          publish(recording, index);
          report();
        }
        index++;
      }
      remark = recording.remark();
    }
    while (!alien.awaitAcknowledged(STEP)) {
      report();
    }
    noteSettled();
    progress = progress.at(progress.pass(), progress.recordCount(), true);
    progress.write(options.progressFile());
  }

  private void publish(final Recording recording, final long index) throws InterruptedException {
    final Map<String, Object> replay = new LinkedHashMap<>();
    replay.put("file", name);
    replay.put("pass", progress.pass());
    replay.put("record", index);
    final long position =
        alien.sendRecorded(
            new ReplayPlace(progress.pass(), index).id(idPrefix(progress.entityId(), name)),
            Map.of("replay", replay),
            recording.data(),
            tally);
    if (position < 0) {
      throw new IllegalStateException("the Alien was closed");
    }
    unsettled.add(position);
    published++;
  }

  private void awaitDue(final long zeroNs, final long offsetMicros) throws InterruptedException {
    final long dueNs = zeroNs + (long) (offsetMicros * 1_000.0 / options.speed());
    long leftNs = dueNs - System.nanoTime();
    while (leftNs > 0) {
      Thread.sleep(Duration.ofNanos(Math.min(leftNs, STEP.toNanos())));
      report();
      leftNs = dueNs - System.nanoTime();
    }
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
  }

  private void report() {
    final long now = System.nanoTime();
    if (now - savedNs >= PROGRESS_NS) {
      savedNs = now;
      noteSettled();
      progress.write(options.progressFile());
    }
    if (now - reportedNs >= REPORT_NS) {
      reportedNs = now;
      listener.accept(summary(false));
    }
  }

  private void noteSettled() {
    final long settledPosition = alien.settledPosition();
    long count = progress.recordCount();
    while (!unsettled.isEmpty() && unsettled.getFirst() < settledPosition) {
      unsettled.removeFirst();
      count++;
    }
    progress = progress.at(progress.pass(), count, progress.isFinished());
  }

  private ReplaySummary summary(final boolean isComplete) {
    return new ReplaySummary(
        name,
        progress.pass(),
        resumedAt,
        published,
        tally.acknowledged(),
        tally.duplicates(),
        tally.refused(),
        Duration.ofNanos(System.nanoTime() - startNs),
        isComplete,
        remark);
  }

  static String idPrefix(final String entityId, final String name) {
    return entityId + "-" + name + "-";
  }
}
