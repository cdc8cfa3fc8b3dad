package io.mothership.api.commands;

/**
 * A command that the journal has.
 *
 * @param target the entity, or {@code broadcast}
 * @param isDuplicate whether it was there before: this is what became of the first
 */
record QueuedCommand(
    String commandId,
    String orgId,
    String target,
    String stream,
    long sequence,
    boolean isDuplicate) {}
