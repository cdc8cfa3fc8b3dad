package io.mothership.api.follow;

import io.mothership.fabric.Fabric;
import io.mothership.fabric.Fabric.Publication;
import io.mothership.fabric.FabricException;
import io.mothership.fabric.FabricException.Refusal;
import io.mothership.fabric.Headers;
import io.mothership.fabric.StoredRecord;
import io.mothership.fabric.StreamOutline;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;

/**
 * Puts aside what can never be delivered, in a stream of its own: payload and headers as they were,
 * and what happened as headers besides. Each record once, whoever tries again.
 */
final class DeadLetters {
  static final String STREAM = "MOTHERSHIP_DEAD_LETTERS";
  static final String ROOT = "mothership.dead.";
  private static final Duration AGE = Duration.ofDays(30);
  private static final long BYTES_MAX = 64L * 1024 * 1024;
  private static final int REASON_LENGTH_MAX = 256;
  private static final byte[] NOTHING = {};

  private final Fabric fabric;
  private volatile boolean isMade;

  DeadLetters(final Fabric fabric) {
    this.fabric = fabric;
  }

  /**
   * Returns when the letter is kept.
   *
   * @throws FabricException if it is not, and may be later
   */
  void put(final String follower, final StoredRecord.Kept record, final String reason) {
    if (!isMade) {
      fabric.ensureStream(new StreamOutline(STREAM, List.of(ROOT + ">"), AGE, BYTES_MAX, true));
      isMade = true;
    }
    try {
      publish(follower, record, reason, record.payload());
    } catch (final FabricException e) {
      if (e.refusal() != Refusal.TOO_LARGE) {
        throw e;
      }
      // With the headers it is too long: the record itself is where it was.
      publish(follower, record, reason, NOTHING);
    }
  }

  private void publish(
      final String follower,
      final StoredRecord.Kept record,
      final String reason,
      final byte[] payload) {
    Headers headers = Headers.NONE;
    for (final Headers.Header header : record.headers().list()) {
      if (!header.name().startsWith("Nats-")) {
        headers = headers.with(header.name(), header.value());
      }
    }
    headers =
        headers
            .with("Mothership-Follower", follower)
            .with("Mothership-Stream", record.stream())
            .with("Mothership-Subject", record.subject())
            .with("Mothership-Sequence", Long.toString(record.streamSequence()))
            .with("Mothership-Time", Long.toString(record.timeNs()))
            .with("Mothership-Reason", line(reason));
    final String id =
        follower + "/" + record.stream() + "/" + record.streamSequence() + "/" + record.timeNs();
    try {
      fabric.publish(new Publication(ROOT + follower, id, payload, 0, headers)).join();
    } catch (final CompletionException e) {
      throw e.getCause() instanceof final RuntimeException known ? known : e;
    }
  }

  private static String line(final String reason) {
    final String cut = reason.substring(0, Math.min(reason.length(), REASON_LENGTH_MAX));
    return cut.replaceAll("\\p{Cntrl}", " ");
  }
}
