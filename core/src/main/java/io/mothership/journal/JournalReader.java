package io.mothership.journal;

import io.mothership.frame.FrameView;

/**
 * Reads frames by location, verifying each (bounds, magic, CRC32C) before it is handed out.
 *
 * <p><i>Thread:</i> one per reader. <i>Allocates:</i> nothing per frame. Readers see what was
 * appended, synced or not; who must not see uncommitted records bounds itself by journal sequence.
 */
public interface JournalReader extends AutoCloseable {

  /**
   * Wraps {@code frame} around the verified frame at {@code location}; valid until the next call on
   * this reader.
   *
   * @return false if the location's segment is gone or the frame there is damaged (which is counted
   *     and reported by the journal, never thrown)
   */
  boolean read(long location, FrameView frame);

  /**
   * Whether what the last {@link #read} refused is lost for good: its record is damaged or its
   * segment gone. False if the disk only failed to open or read it, which may pass.
   */
  default boolean isLost() {
    return true;
  }

  /** The location of the oldest frame, or {@link Journal#NOWHERE} in an empty journal. */
  long first();

  /**
   * The location of the frame after the one at {@code location}, skipping damaged ranges and
   * padding and crossing segments; {@link Journal#NOWHERE} if nothing was appended after it yet.
   */
  long next(long location);

  /**
   * The location of the first frame whose journal sequence is {@code >= journalSequence}; {@link
   * Journal#NOWHERE} if there is none yet. Logarithmic over segments, then a scan of one stretch.
   */
  long seekSequence(long journalSequence);

  /** Like {@link #seekSequence}, by record time in ns since 1970. */
  long seekTime(long timeNs);

  /**
   * Lets go of segments that are gone since the last call of any method; for readers that are idle
   * and would keep the space of deleted files in use.
   */
  default void letGo() {}

  @Override
  void close();
}
