package io.mothership.api;

import io.mothership.error.MothershipException;
import io.mothership.fabric.MemoryFabric;
import io.mothership.fabric.StreamOutline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;

/**
 * A fabric in memory with the fleet's streams, which notes what is published and refuses what it is
 * told to; a second passes from one record to the next.
 */
public final class RecordingFabric extends MemoryFabric {
  private static final long START_NS = 1_700_000_000_000_000_000L;
  private static final long STEP_NS = 1_000_000_000L;

  private final List<Publication> publications = new ArrayList<>();
  private final List<MothershipException> refusals = new ArrayList<>();

  public RecordingFabric() {
    for (final String kind : List.of("TELEMETRY", "EVENTS", "ENTITIES", "COMMANDS")) {
      ensureStream(
          new StreamOutline(
              "CONSTELLATION_" + kind,
              List.of("constellation." + kind.toLowerCase(Locale.ROOT) + ".>"),
              Duration.ZERO,
              -1,
              true));
    }
  }

  /** The next publications fail like this, one each. */
  public synchronized void refuseNext(final MothershipException... causes) {
    refusals.addAll(Arrays.asList(causes));
  }

  public synchronized List<Publication> publications() {
    return List.copyOf(publications);
  }

  /** Record time of the record with this journal sequence. */
  public static long timeNs(final long sequence) {
    return START_NS + sequence * STEP_NS;
  }

  @Override
  protected long storedNs(final long sequence) {
    return timeNs(sequence);
  }

  @Override
  public synchronized CompletableFuture<PublishAck> publish(final Publication publication) {
    if (!refusals.isEmpty()) {
      return CompletableFuture.failedFuture(refusals.removeFirst());
    }
    final CompletableFuture<PublishAck> ack = super.publish(publication);
    if (!ack.isCompletedExceptionally()) {
      publications.add(publication);
    }
    return ack;
  }
}
