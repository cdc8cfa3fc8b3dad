package io.mothership.storage.recovery;

import io.mothership.journal.Checkpoint;
import java.util.List;
import java.util.Optional;

/**
 * What opening a journal found.
 *
 * @param isClean whether the last stop was clean; true for a new journal
 * @param epoch the epoch of this open, above every earlier one
 * @param lastSequence journal sequence of the last record, 0 in an empty journal
 * @param lastEpoch epoch of the last record, 0 in an empty journal
 * @param lastTimeNs time of the last record, 0 in an empty journal
 * @param lastOutboxId the highest SQL outbox id in a record, 0 = none
 * @param lastLocation where the last record that is not a copy lies, {@code -1} in an empty journal
 * @param frames records handed to the listener
 * @param checkpoint the one that was taken
 * @param isSelfContained whether nothing of the journal was freed, as far as can be seen;
 *     otherwise, without a checkpoint, nobody knows what the records mean
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
    long lastLocation,
    long frames,
    Optional<Checkpoint> checkpoint,
    boolean isSelfContained,
    long discardedBytes,
    List<Damage> damage) {}
