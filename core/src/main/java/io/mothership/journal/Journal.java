package io.mothership.journal;

import java.util.Optional;
import org.agrona.DirectBuffer;

/**
 * The append-only store of record frames. One writer; readers open their own {@link JournalReader}.
 *
 * <p>A <i>location</i> names where a frame lies: {@code segment << 32 | offset of the frame's first
 * byte in the segment file}. Locations grow with the journal sequence and stay valid until their
 * segment goes.
 */
public interface Journal extends AutoCloseable {

  /** Code of the error that may pass. */
  String DISK_FULL = "DISK_FULL";

  /** No location. */
  long NOWHERE = -1L;

  /**
   * Returns when records can be appended. A journal may still be getting ready for that when it is
   * opened; the first {@link #append} would wait for it too.
   *
   * <p><i>Thread:</i> any.
   *
   * @throws io.mothership.error.MothershipException {@code JOURNAL_FAILED}: it never will
   */
  default void awaitOpen() {}

  /**
   * Appends one whole frame (all stamps but the CRC set; the journal stamps the CRC32C into its own
   * copy).
   *
   * <p><i>Thread:</i> ms-journal. <i>Allocates:</i> nothing. The frame is readable by readers when
   * this returns, and survives a crash of the process; only {@link #sync} makes it survive a power
   * cut.
   *
   * @return the frame's location
   * @throws io.mothership.error.MothershipException {@code JOURNAL_FAILED}: an earlier or this
   *     write failed; the journal takes no more writes until it is opened again. {@link
   *     #DISK_FULL}: no space could be allocated, nothing was written; the same frame may be tried
   *     again later
   */
  long append(DirectBuffer buffer, int offset, int length);

  /**
   * Makes everything appended so far survive a power cut.
   *
   * <p><i>Thread:</i> ms-journal.
   *
   * @throws io.mothership.error.MothershipException {@code JOURNAL_FAILED}: never retried; nothing
   *     is acknowledged any more until the journal is opened again
   */
  void sync();

  /**
   * Whether free space is below the reserve: what is on its way still goes in, but no new messages
   * should be taken.
   *
   * <p><i>Thread:</i> ms-journal. Asks the operating system only where space was allocated since,
   * or {@code isAskedAnew}.
   */
  default boolean isSpaceLow(final boolean isAskedAnew) {
    return false;
  }

  /** What keeps it short; empty if it does not outlive the process. */
  default Optional<Upkeep> upkeep() {
    return Optional.empty();
  }

  /** A reader for one thread, to be closed by it. Any thread. */
  JournalReader reader();

  /** Syncs and closes; marks the stop as clean. Idempotent. */
  @Override
  void close();
}
