package io.mothership.api.follow;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Places in a map, which outlive a fabric in memory. */
final class ListedPlaces implements FollowerPlaces {
  private final Map<String, FollowerPlace> places = new ConcurrentHashMap<>();

  @Override
  public Optional<FollowerPlace> load(final String follower) {
    return Optional.ofNullable(places.get(follower));
  }

  @Override
  public void save(final String follower, final FollowerPlace place) {
    places.put(follower, place);
  }
}
