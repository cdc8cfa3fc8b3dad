package io.mothership.api.telemetry;

import io.mothership.api.fleet.EntityDirectory;
import java.util.List;
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
              // The other form does not name the organization.
              ? List.of(ROOT + "telemetry.>")
              : List.of(
                  ROOT + "telemetry." + org + "." + entity,
                  ROOT + "telemetry." + org + "." + entity + ".>",
                  ROOT + "telemetry." + entity + ".>");
      case EVENT -> List.of(ROOT + "events." + org + ".>", ROOT + "events.isr." + org + ".>");
      case ENTITY -> List.of(ROOT + "entities." + org + ".>");
      case COMMAND ->
          entityId.isEmpty()
              ? List.of(ROOT + "commands." + org + ".>")
              : List.of(
                  ROOT + "commands." + org + "." + entity,
                  ROOT + "commands." + org + "." + entity + ".>",
                  ROOT + "commands." + org + ".broadcast",
                  ROOT + "commands." + org + ".broadcast.>");
    };
  }

  /** The id as a token of a pattern; what cannot be one is in no subject either. */
  private static String token(final String id) {
    final boolean isToken =
        !id.isEmpty() && id.chars().noneMatch(c -> c <= ' ' || c == '.' || c == '*' || c == '>');
    return isToken ? id : "-";
  }

  FleetSubject withEntity(final String newEntityId) {
    return new FleetSubject(kind, orgId, newEntityId);
  }
}
