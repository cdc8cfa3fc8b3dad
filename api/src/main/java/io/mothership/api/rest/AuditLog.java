package io.mothership.api.rest;

import io.mothership.security.Principal;

/** Where it is kept who did what, and who was not let. Any thread; must not throw. */
@FunctionalInterface
public interface AuditLog {

  void record(Entry entry);

  /** How it ended. */
  enum Outcome {
    /** It was done. */
    DONE,
    /** Somebody could not say who they are, may not do this, or asked too often. */
    REFUSED,
    /** The request was wrong, or the appliance failed. */
    FAILED
  }

  /**
   * One attempt.
   *
   * @param action method and path template
   * @param target organization and entity that the request names, empty if none
   * @param code why it was refused or failed, empty if it was done
   * @param address where it came from
   */
  record Entry(
      Principal principal,
      String action,
      String target,
      Outcome outcome,
      String code,
      String correlationId,
      String address) {}
}
