package io.mothership.jetstream.model;

/**
 * How much there may be of what takes memory. Where nothing is said, {@link #NONE} stands for no
 * limit but {@code stateBytesMax}.
 *
 * @param streamsMax most streams
 * @param consumersMax most consumers of all streams together
 * @param ackPendingMax the highest {@code max_ack_pending} that a consumer may ask for, and what
 *     one gets at most that does not ask
 * @param dedupeIdsMax message ids remembered per stream; a publish above is refused
 * @param stateBytesMax what all of it may take of the heap
 */
public record JetStreamLimits(
    int streamsMax, int consumersMax, int ackPendingMax, int dedupeIdsMax, long stateBytesMax) {
  /** No limit of its own. */
  public static final int NONE = -1;

  /** What the defaults say. */
  public static JetStreamLimits defaults() {
    return new JetStreamLimits(NONE, NONE, NONE, 1 << 20, defaultStateBytesMax());
  }

  /** Half of the heap: the rest is for clients, and for what comes and goes. */
  public static long defaultStateBytesMax() {
    return Runtime.getRuntime().maxMemory() / 2;
  }

  /** The same with so much of the heap. */
  public JetStreamLimits withStateBytesMax(final long bytes) {
    return new JetStreamLimits(streamsMax, consumersMax, ackPendingMax, dedupeIdsMax, bytes);
  }

  /** The same with so many ids per stream. */
  public JetStreamLimits withDedupeIdsMax(final int ids) {
    return new JetStreamLimits(streamsMax, consumersMax, ackPendingMax, ids, stateBytesMax);
  }

  /** The same with so many streams and consumers, and so much unacknowledged. */
  public JetStreamLimits withCounts(final int streams, final int consumers, final int ackPending) {
    return new JetStreamLimits(streams, consumers, ackPending, dedupeIdsMax, stateBytesMax);
  }

  /** Whether one more than {@code count} is more than {@code max} allows. */
  public static boolean isReached(final int max, final long count) {
    return max != NONE && count >= max;
  }
}
