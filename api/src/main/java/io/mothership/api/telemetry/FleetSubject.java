package io.mothership.api.telemetry;

import io.mothership.api.fleet.EntityDirectory;
import java.util.Optional;

/**
 * What a subject says about its message.
 *
 * <pre>
 *  constellation.telemetry.{org}.{entity}           telemetry
 *  constellation.telemetry.{entity}.{message type}  telemetry, if the directory knows the entity
 *  constellation.events.{org}.{event type}          event; the entity is in the payload
 *  constellation.events.isr.{org}.{entity}          event
 *  constellation.entities.{org}.{change}            entity; the entity is in the payload
 *  constellation.commands.{org}.{entity}            command; "broadcast" is no entity
 * </pre>
 *
 * The two forms of telemetry have equally many tokens. The first is meant unless the token in the
 * organization's place is the id of a known entity: ids are random UUIDs, so one is never the other
 * by chance.
 *
 * @param entityId empty if the subject does not name one
 */
record FleetSubject(RecordKind kind, String orgId, String entityId) {
  private static final String ROOT = "constellation.";

  /** What {@code subject} says, or empty if it is not one of the fleet's. */
  static Optional<FleetSubject> parse(final String subject, final EntityDirectory directory) {
    if (!subject.startsWith(ROOT)) {
      return Optional.empty();
    }
    final String[] tokens = subject.split("\\.", -1);
    if (tokens.length < 4) {
      return Optional.empty();
    }
    return switch (tokens[1]) {
      case "telemetry" ->
          Optional.of(
              directory
                  .organization(tokens[2])
                  .map(org -> new FleetSubject(RecordKind.TELEMETRY, org, tokens[2]))
                  .orElseGet(() -> new FleetSubject(RecordKind.TELEMETRY, tokens[2], tokens[3])));
      case "events" ->
          Optional.of(
              tokens[2].equals("isr") && tokens.length >= 5
                  ? new FleetSubject(RecordKind.EVENT, tokens[3], tokens[4])
                  : new FleetSubject(RecordKind.EVENT, tokens[2], ""));
      case "entities" -> Optional.of(new FleetSubject(RecordKind.ENTITY, tokens[2], ""));
      case "commands" ->
          Optional.of(
              new FleetSubject(
                  RecordKind.COMMAND, tokens[2], tokens[3].equals("broadcast") ? "" : tokens[3]));
      default -> Optional.empty();
    };
  }

  FleetSubject withEntity(final String newEntityId) {
    return new FleetSubject(kind, orgId, newEntityId);
  }
}
