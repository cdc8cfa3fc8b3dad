package io.mothership.fabric;

/** Where a tap begins. */
public sealed interface TapStart {

  /** At the oldest record kept. */
  record Oldest() implements TapStart {}

  /** Behind everything committed now. */
  record Now() implements TapStart {}

  /** At the first record above this journal sequence. */
  record AfterSequence(long journalSequence) implements TapStart {}

  /** At the first record at or after this time, ns since 1970. */
  record AtTime(long timeNs) implements TapStart {}

  /**
   * At the newest record below this journal sequence and not after this time, and from there back
   * to the oldest.
   *
   * @param journalSequence {@link Long#MAX_VALUE} = below the end
   * @param timeNs {@link Long#MAX_VALUE} = any
   */
  record Before(long journalSequence, long timeNs) implements TapStart {}
}
