package io.mothership.journal;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * What keeps a journal short: checkpoints, so that a start reads only its tail, and giving back the
 * space of what no stream holds any more.
 *
 * <p><i>Thread:</i> any, one at a time; does file I/O.
 */
public interface Upkeep {

  /** About how many bytes of journal a start would have to read behind the newest checkpoint. */
  default long tailBytes() {
    return 0;
  }

  /**
   * Keeps a checkpoint; when this returns it survives a power cut.
   *
   * @param checkpoint its frame is synced
   * @return bytes written
   * @throws io.mothership.error.MothershipException {@code CHECKPOINT_FAILED}: the older ones are
   *     intact
   */
  long checkpoint(Checkpoint checkpoint, FrozenState state);

  /**
   * Brings the state of the newest checkpoint back into memory, where it stays until a later one
   * was loaded and {@link #release} called.
   *
   * @return little endian; what {@link StateEncoder#position} was during encoding is the place
   *     here. Empty if there is no memory for it
   * @throws io.mothership.error.MothershipException {@code CHECKPOINT_FAILED}: it cannot be read
   */
  Optional<ByteBuffer> load();

  /**
   * Gives back what neither the newest checkpoint nor its predecessor needs: segments in which
   * nothing lives are deleted, those in which little lives are written anew.
   *
   * @param state what lives, as of the newest checkpoint
   * @return messages that lie somewhere else now; until {@link #release} they are found at their
   *     old places too
   */
  Relocations free(FrozenState state);

  /**
   * Deletes segments in which nothing lives, without a newer checkpoint and without writing a byte:
   * for a disk on which no checkpoint has room.
   *
   * @param state what lives, by records that are synced
   */
  void freeDead(FrozenState state);

  /**
   * Nobody reads moved messages at their old places any more, nor a state that was loaded before
   * the last one: those go.
   */
  void release();
}
