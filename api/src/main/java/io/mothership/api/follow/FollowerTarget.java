package io.mothership.api.follow;

import io.mothership.error.MothershipException;
import io.mothership.error.MothershipException.Category;
import io.mothership.fabric.StoredRecord;
import io.mothership.storage.sql.Transaction;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.TimeoutException;

/**
 * Where a follower carries records to.
 *
 * <p><i>Thread:</i> the follower's; one batch at a time, interrupted when it stops.
 */
public sealed interface FollowerTarget {

  /**
   * Whether what went wrong is the target's own trouble and not the records': such a batch is tried
   * until it succeeds, however long that takes.
   */
  default boolean isOutage(final Exception failure) {
    return switch (failure) {
      case IOException e -> true;
      case TimeoutException e -> true;
      case MothershipException e ->
          e.category() != Category.INPUT && e.category() != Category.CORRUPTION;
      default -> false;
    };
  }

  /** A foreign system. It may get a batch again, or parts of it: records have stable ids. */
  non-sealed interface Outside extends FollowerTarget {
    /**
     * Returns when all is delivered.
     *
     * @throws PoisonedRecordException naming the one record that it can never take
     */
    void deliver(List<StoredRecord.Kept> batch) throws Exception;
  }

  /** The registry: records' effects and the follower's place are committed together. */
  non-sealed interface Registry extends FollowerTarget {
    /**
     * Makes the changes; may be called again for the same batch if nothing was committed.
     *
     * @throws PoisonedRecordException naming the one record that it can never take
     */
    void apply(Transaction transaction, List<StoredRecord.Kept> batch) throws SQLException;
  }
}
