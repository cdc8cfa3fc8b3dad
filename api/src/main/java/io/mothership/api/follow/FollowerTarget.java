package io.mothership.api.follow;

import io.mothership.error.MothershipException;
import io.mothership.error.MothershipException.Category;
import io.mothership.fabric.StoredRecord;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeoutException;

/**
 * Where a follower carries records to. It may get a batch again, or parts of it: stream and
 * sequence of a record tell whether it has it.
 *
 * <p><i>Thread:</i> the follower's; one batch at a time, interrupted when it stops.
 */
@FunctionalInterface
public interface FollowerTarget {

  /**
   * Returns when all is delivered.
   *
   * @throws PoisonedRecordException naming the one record that it can never take
   */
  void deliver(List<StoredRecord.Kept> batch) throws Exception;

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
}
