package io.mothership.bus;

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
}
