package io.mothership.jetstream.model;

import io.mothership.journal.SyncPolicy;

/**
 * A stream that belongs to the product: it is made when it is missing, and nobody may delete it or
 * change what others count on.
 *
 * @param sync when publishes are acknowledged, unless metadata or configuration say otherwise
 * @param hook sees what is published to it
 * @param isAddedLater whether there are journals of releases that did not have it, so that nothing
 *     is wrong if it is missing
 */
public record StreamDefinition(
    StreamConfig config, SyncPolicy sync, PublishHook hook, boolean isAddedLater) {

  /** The same with somebody who sees what is published. */
  public StreamDefinition withHook(final PublishHook newHook) {
    return new StreamDefinition(config, sync, newHook, isAddedLater);
  }

  /** The same, not in all releases. */
  public StreamDefinition asAddedLater() {
    return new StreamDefinition(config, sync, hook, true);
  }
}
