package io.mothership.storage.recovery;

import java.util.List;

/**
 * What opening a journal found.
 *
 * @param isClean whether the last stop was clean; true for a new journal
 * @param epoch the epoch of this open, above every earlier one
 * @param lastSequence journal sequence of the last record, 0 in an empty journal
 * @param lastEpoch epoch of the last record, 0 in an empty journal
 * @param lastTimeNs the latest time of a record, 0 in an empty journal
 * @param lastOutboxId the highest SQL outbox id in a record, 0 = none
 * @param frames records handed to the listener
 * @param checkpointSequence sequence of the checkpoint that was taken, 0 = none
 * @param discardedBytes bytes after the last good record that a stop left unfinished and that were
 *     erased; none of them had been synced
 * @param damage everything that should have been readable and is not
 */
public record RecoveryReport(
    boolean isClean,
    int epoch,
    long lastSequence,
    int lastEpoch,
    long lastTimeNs,
    long lastOutboxId,
    long frames,
    long checkpointSequence,
    long discardedBytes,
    List<Damage> damage) {}
