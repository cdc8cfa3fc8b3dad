package io.mothership.api.follow;

import java.util.Optional;

/**
 * Where followers' places are kept.
 *
 * <p><i>Thread:</i> any; calls wait for the disk.
 */
interface FollowerPlaces {

  /** The place of a follower, if it has been there. */
  Optional<FollowerPlace> load(String follower);

  /** Returns when the place is kept. */
  void save(String follower, FollowerPlace place);
}
