package io.mothership.journal;

/** Where checkpoints are kept; the newest two are, so that a damaged one has a predecessor. */
public interface CheckpointStore {

  /**
   * Keeps a checkpoint; when this returns it survives a power cut. Its frame must have been synced:
   * one that names a frame which is not in the journal is ignored at start-up.
   *
   * <p><i>Thread:</i> any, one at a time; does file I/O.
   *
   * @throws io.mothership.error.MothershipException {@code CHECKPOINT_FAILED}: the older ones are
   *     intact
   */
  void write(Checkpoint checkpoint);
}
