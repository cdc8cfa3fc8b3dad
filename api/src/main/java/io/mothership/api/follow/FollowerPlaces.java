package io.mothership.api.follow;

import io.mothership.storage.sql.Transaction;
import java.sql.SQLException;
import java.util.Optional;

/**
 * Where followers' places are kept.
 *
 * <p><i>Thread:</i> any; calls wait for the disk.
 */
interface FollowerPlaces {

  /** The place of a follower, if it has been there. */
  Optional<FollowerPlace> load(String follower);

  /**
   * Keeps a place and what {@code work} changes, both or neither.
   *
   * @param work may be done twice if the first time came to nothing
   */
  void save(String follower, FollowerPlace place, Work work);

  /** Changes that belong to a place. */
  @FunctionalInterface
  interface Work {
    Work NONE = transaction -> {};

    void run(Transaction transaction) throws SQLException;
  }
}
