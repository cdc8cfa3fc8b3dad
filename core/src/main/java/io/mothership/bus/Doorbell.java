package io.mothership.bus;

/**
 * Wakes an agent that may be parked after something was put where it looks. Any thread; no lock.
 */
@FunctionalInterface
public interface Doorbell {

  /** For agents that are stepped by hand. */
  Doorbell SILENT = () -> {};

  void ring();
}
