package io.mothership.jetstream.stream;

import io.mothership.frame.FrameView;

/**
 * Counts the records that a start should have found and did not: the journal numbers its records
 * without a gap.
 *
 * <p><i>Thread:</i> the one that recovers.
 */
final class JournalGaps {
  private long lastSequence;
  private long missing;

  /** Everything up to a record is known by other means. */
  void startAfter(final long journalSequence) {
    lastSequence = journalSequence;
  }

  void onRecovered(final FrameView frame) {
    final long sequence = frame.journalSequence();
    if (frame.isCopied() || sequence <= lastSequence) {
      return;
    }
    missing += sequence - lastSequence - 1;
    lastSequence = sequence;
  }

  /** Records missing up to the one seen last. */
  long missing() {
    return missing;
  }
}
