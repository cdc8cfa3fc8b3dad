package io.mothership.journal;

/** Receives verified frames in journal order, e.g. at recovery. */
@FunctionalInterface
public interface FrameConsumer {

  /** {@code frame} is valid only during the call. */
  void onFrame(FrameView frame, long location);
}
