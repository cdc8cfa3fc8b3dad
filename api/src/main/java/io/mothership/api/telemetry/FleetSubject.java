package io.mothership.api.telemetry;

import io.mothership.api.fleet.EntityDirectory;
import io.mothership.fleet.FleetSubjects;
import java.util.Optional;

/**
 * What a subject of {@link FleetSubjects} says about its message.
 *
 * <p>The two forms of telemetry have equally many tokens. The first is meant unless the token in
 * the organization's place is the id of a known entity: ids are random UUIDs, so one is never the
 * other by chance.
 *
 * @param entityId empty if the subject does not name one
 */
record FleetSubject(RecordKind kind, String orgId, String entityId) {
  /** What {@code subject} says, or empty if it is not one of the feed's. */
  static Optional<FleetSubject> parse(final String subject, final EntityDirectory directory) {
    return FleetSubjects.parse(subject).flatMap(parts -> of(parts, directory));
  }

  private static Optional<FleetSubject> of(
      final FleetSubjects.Parts parts, final EntityDirectory directory) {
    final String organization = parts.organization();
    return switch (parts.family()) {
      case TELEMETRY ->
          Optional.of(
              directory
                  .organization(organization)
                  .map(org -> new FleetSubject(RecordKind.TELEMETRY, org, organization))
                  .orElseGet(
                      () -> new FleetSubject(RecordKind.TELEMETRY, organization, parts.name())));
      case EVENTS ->
          Optional.of(
              new FleetSubject(
                  RecordKind.EVENT, organization, parts.isDetection() ? parts.name() : ""));
      case ENTITIES -> Optional.of(new FleetSubject(RecordKind.ENTITY, organization, ""));
      case COMMANDS ->
          Optional.of(
              new FleetSubject(
                  RecordKind.COMMAND, organization, parts.isBroadcast() ? "" : parts.name()));
      case OPERATIONS -> Optional.empty();
    };
  }

  FleetSubject withEntity(final String newEntityId) {
    return new FleetSubject(kind, orgId, newEntityId);
  }
}
