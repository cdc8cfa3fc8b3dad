package io.mothership.jetstream;

import io.mothership.fabric.Fabric;
import java.util.Random;

/**
 * What lives in the process of a simulation beside the broker, as services do. Once the power is
 * off its calls end without doing anything.
 */
public interface SimulatedService {

  /** Nothing. */
  SimulatedService NONE = new SimulatedService() {};

  /**
   * The process has started; what was promised before must be there.
   *
   * @param outboxId the highest that the journal has
   */
  default void start(final Fabric fabric, final long outboxId) {}

  /** Does something; answers whether there was something to do. */
  default boolean act(final Random random) {
    return false;
  }

  /** Whether everything it wanted of the broker is done. */
  default boolean isAtRest() {
    return true;
  }

  /** Ends in order. */
  default void stop() {}

  /** The process is gone, whether or not the power is off. */
  default void leave() {}
}
