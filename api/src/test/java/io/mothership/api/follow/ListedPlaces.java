package io.mothership.api.follow;

import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Places in a map, for followers into foreign systems. */
final class ListedPlaces implements FollowerPlaces {
  private final Map<String, FollowerPlace> places = new ConcurrentHashMap<>();

  @Override
  public Optional<FollowerPlace> load(final String follower) {
    return Optional.ofNullable(places.get(follower));
  }

  @Override
  public void save(final String follower, final FollowerPlace place, final Work work) {
    try {
      work.run(null);
    } catch (final SQLException e) {
      throw new IllegalStateException(e);
    }
    places.put(follower, place);
  }
}
