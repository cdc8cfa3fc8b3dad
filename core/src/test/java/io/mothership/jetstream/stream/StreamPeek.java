package io.mothership.jetstream.stream;

/** What tests of whole streams look at, and nobody else may. */
public final class StreamPeek {
  /** Sequences that an {@code interval} stream reserves at a time. */
  public static final int RESERVED_BLOCK = SequenceReservation.BLOCK;

  private StreamPeek() {}

  /** Message ids remembered now. */
  public static int dedupeCount(final Stream stream) {
    return stream.intake().dedupeCount();
  }

  public static long expiryHeapBytes(final Stream stream) {
    return stream.expiry().heapBytes();
  }

  /** Lets go what is too old now. */
  public static void expire(final StreamHome home, final String name) {
    home.stream(name).orElseThrow().expiry().expire(home.ageNowNs());
  }
}
