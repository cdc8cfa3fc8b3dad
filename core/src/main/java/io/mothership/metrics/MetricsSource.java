package io.mothership.metrics;

/** A part of the appliance that has numbers to tell. */
@FunctionalInterface
public interface MetricsSource {

  /**
   * Writes the numbers of this moment.
   *
   * <p><i>Thread:</i> any but the agents' and the event loops'; may wait a second.
   */
  void write(MetricsText text);
}
