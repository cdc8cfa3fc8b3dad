package io.mothership.api.telemetry;

import io.mothership.api.fleet.EntityDirectory;
import io.mothership.fleet.FleetSubjects;
import io.mothership.fleet.FleetSubjects.Family;
import java.util.List;
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

  /**
   * Patterns that match everything of a kind that may be an organization's, or an entity's.
   *
   * @param entityId empty for all
   */
  static List<String> patterns(final RecordKind kind, final String orgId, final String entityId) {
    final String org = token(orgId);
    final String entity = token(entityId);
    return switch (kind) {
      case TELEMETRY ->
          entityId.isEmpty()
              // The older form does not name the organization.
              ? List.of(Family.TELEMETRY.all())
              : List.of(
                  FleetSubjects.telemetry(org, entity),
                  FleetSubjects.telemetry(org, entity) + ".>",
                  Family.TELEMETRY.of(entity));
      case EVENT ->
          List.of(
              Family.EVENTS.of(org),
              Family.EVENTS.prefix() + FleetSubjects.DETECTIONS + "." + org + ".>");
      case ENTITY -> List.of(Family.ENTITIES.of(org));
      case COMMAND ->
          entityId.isEmpty()
              ? List.of(Family.COMMANDS.of(org))
              : List.of(
                  FleetSubjects.command(org, entity),
                  FleetSubjects.command(org, entity) + ".>",
                  FleetSubjects.command(org, FleetSubjects.BROADCAST),
                  FleetSubjects.command(org, FleetSubjects.BROADCAST) + ".>");
    };
  }

  /** The id as a token of a pattern; what cannot be one is in no subject either. */
  private static String token(final String id) {
    return FleetSubjects.isToken(id) ? id : "-";
  }

  FleetSubject withEntity(final String newEntityId) {
    return new FleetSubject(kind, orgId, newEntityId);
  }
}
