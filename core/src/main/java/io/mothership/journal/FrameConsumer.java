package io.mothership.journal;

import io.mothership.frame.FrameView;

/** Receives verified frames in journal order, e.g. at recovery. */
@FunctionalInterface
public interface FrameConsumer {

  /** {@code frame} is valid only during the call. */
  void onFrame(FrameView frame, long location);
}
