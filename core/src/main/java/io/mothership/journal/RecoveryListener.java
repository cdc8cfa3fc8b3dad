package io.mothership.journal;

import io.mothership.frame.FrameView;

/**
 * Rebuilds the state of the upper layers while the journal is opened, before any other thread runs.
 */
public interface RecoveryListener extends FrameConsumer {

  /**
   * Offers a checkpoint, newest first, before any frame. Only frames after it follow if it is
   * taken.
   *
   * @param state what {@link FrozenState#encode} wrote; if it is taken, its bytes stay until a
   *     newer checkpoint was loaded and {@link Upkeep#release} called
   * @return false if it can't be used (other version, contradictory): nothing of it may be kept; an
   *     older one is offered or all frames follow
   */
  boolean onCheckpoint(Checkpoint checkpoint, StateDecoder state);

  /** None of a segment can be read; what the checkpoint says to lie there is lost. */
  default void onSegmentLost(final int segment) {}

  /** A listener that wants every frame. */
  static RecoveryListener ofFrames(final FrameConsumer consumer) {
    return new RecoveryListener() {
      @Override
      public boolean onCheckpoint(final Checkpoint checkpoint, final StateDecoder state) {
        return false;
      }

      @Override
      public void onFrame(final FrameView frame, final long location) {
        consumer.onFrame(frame, location);
      }
    };
  }
}
