package io.mothership.fleet.streams;

import java.util.Collection;

/** Whom a broadcast command reaches. */
@FunctionalInterface
public interface BroadcastTargets {

  /**
   * Ids of an organization's entities, as last known.
   *
   * <p><i>Thread:</i> ms-dispatch: answers from memory and does not block.
   */
  Collection<String> entityIds(String organizationId);
}
