package io.mothership.storage.sql;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalDouble;

/** A record with a column of every kind, for tests. */
public record Vehicle(
    String id,
    String orgId,
    String status,
    boolean isLive,
    OptionalDouble latitude,
    String details,
    Optional<Instant> seenAt,
    Instant madeAt) {

  public static Vehicle of(final String id, final String orgId, final String status) {
    return new Vehicle(
        id, orgId, status, false, OptionalDouble.empty(), "{}", Optional.empty(), Instant.EPOCH);
  }

  public Vehicle withDetails(final String newDetails) {
    return new Vehicle(id, orgId, status, isLive, latitude, newDetails, seenAt, madeAt);
  }
}
