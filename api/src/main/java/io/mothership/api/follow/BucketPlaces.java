package io.mothership.api.follow;

import io.mothership.fabric.Bucket;
import io.mothership.fabric.Fabric;
import io.mothership.fabric.KeyValue;
import io.mothership.json.JsonObject;
import io.mothership.json.JsonReader;
import io.mothership.json.JsonText;
import java.util.Optional;

/**
 * Places in a bucket, beside the streams that they are places in: what is restored from a copy has
 * both of the same moment.
 */
final class BucketPlaces implements FollowerPlaces {
  static final String BUCKET = "MOTHERSHIP_FOLLOWERS";
  private static final long BYTES_MAX = 16L * 1024 * 1024;

  private final Fabric fabric;
  private volatile KeyValue bucket;

  BucketPlaces(final Fabric fabric) {
    this.fabric = fabric;
  }

  @Override
  public Optional<FollowerPlace> load(final String follower) {
    return bucket().get(follower).map(entry -> parse(entry.value()));
  }

  @Override
  public void save(final String follower, final FollowerPlace place) {
    bucket()
        .put(
            follower,
            new JsonText()
                .object()
                .member("position", place.position())
                .member("from_ns", place.fromNs())
                .member("mark", place.mark())
                .member("mark_ns", place.markNs())
                .member("paused", place.isPaused())
                .end()
                .bytes());
  }

  private static FollowerPlace parse(final byte[] json) {
    final JsonObject place = JsonReader.parse(json);
    return new FollowerPlace(
        place.number("position", 0),
        place.number("from_ns", 0),
        place.number("mark", 0),
        place.number("mark_ns", 0),
        place.bool("paused", false));
  }

  /** Made by the first follower that asks, so that an appliance without any has none. */
  private KeyValue bucket() {
    if (bucket == null) {
      bucket = fabric.kv(Bucket.of(BUCKET).bytesMax(BYTES_MAX));
    }
    return bucket;
  }
}
