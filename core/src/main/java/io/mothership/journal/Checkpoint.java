package io.mothership.journal;

/**
 * What a checkpoint covers: state of the layers above the journal up to and including one frame;
 * start-up reads the newest good one and then only the frames after it.
 *
 * @param journalSequence sequence of the last frame the state covers
 * @param location where that frame lies
 * @param epoch the frame's epoch
 * @param timeNs the frame's time
 * @param outboxId the highest SQL outbox id in any frame up to it, 0 = none
 */
public record Checkpoint(
    long journalSequence, long location, int epoch, long timeNs, long outboxId) {}
