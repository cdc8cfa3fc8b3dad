package io.mothership.api.fleet;

import io.mothership.error.ServiceException;
import io.mothership.json.JsonValue;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalDouble;

/** A partial update of an entity: checked when made, applied inside the transaction. */
final class EntityChange {
  private final Map<String, String> texts = new HashMap<>();
  private final Map<String, OptionalDouble> numbers = new HashMap<>();

  /**
   * Only the flat keys of the contract count; other keys are passed over, but they make an update.
   *
   * @throws io.mothership.error.ServiceException {@code INVALID} if there is no key at all, or a
   *     value has the wrong shape
   */
  EntityChange(final JsonValue.Members members) {
    if (members.isEmpty()) {
      throw FleetRefusals.invalid("no updates provided");
    }
    for (final JsonValue.Member member : members.members()) {
      final String name = member.name();
      final JsonValue value = member.value();
      switch (name) {
        case "status", "priority", "entity_type" ->
            texts.put(name, FieldRules.word(name, text(name, value)));
        case "name" -> texts.put(name, FieldRules.name(name, text(name, value)));
        case "is_live" -> texts.put(name, Boolean.toString(flag(name, value)));
        case "latitude" -> numbers.put(name, number(name, value, -90, 90));
        case "longitude" -> numbers.put(name, number(name, value, -180, 180));
        case "heading" -> numbers.put(name, number(name, value, 0, 360));
        case "altitude", "velocity" -> numbers.put(name, number(name, value, -1e9, 1e9));
        case "metadata", "components", "tags" -> texts.put(name, FieldRules.document(name, value));
        default -> {}
      }
    }
  }

  Entity applyTo(final Entity entity, final Instant now) {
    return new Entity(
        entity.entityId(),
        entity.orgId(),
        texts.getOrDefault("entity_type", entity.entityType()),
        texts.getOrDefault("name", entity.name()),
        texts.getOrDefault("status", entity.status()),
        texts.getOrDefault("priority", entity.priority()),
        texts.containsKey("is_live") ? Boolean.parseBoolean(texts.get("is_live")) : entity.isLive(),
        numbers.getOrDefault("latitude", entity.latitude()),
        numbers.getOrDefault("longitude", entity.longitude()),
        numbers.getOrDefault("altitude", entity.altitude()),
        numbers.getOrDefault("heading", entity.heading()),
        numbers.getOrDefault("velocity", entity.velocity()),
        texts.getOrDefault("components", entity.components()),
        texts.getOrDefault("tags", entity.tags()),
        texts.getOrDefault("metadata", entity.metadata()),
        entity.createdAt(),
        now);
  }

  private static String text(final String name, final JsonValue value) {
    if (value instanceof JsonValue.Text(final String text)) {
      return text;
    }
    throw wrongType(name, value, "string");
  }

  private static boolean flag(final String name, final JsonValue value) {
    if (value instanceof JsonValue.Flag(final boolean flag)) {
      return flag;
    }
    throw wrongType(name, value, "bool");
  }

  /** {@code null} takes the value away. */
  private static OptionalDouble number(
      final String name, final JsonValue value, final double min, final double max) {
    return switch (value) {
      case JsonValue.Nothing nothing -> OptionalDouble.empty();
      case JsonValue.Literal literal ->
          OptionalDouble.of(FieldRules.range(name, literal.toDouble(), min, max));
      default -> throw wrongType(name, value, "number");
    };
  }

  private static ServiceException wrongType(
      final String name, final JsonValue actual, final String wanted) {
    return FleetRefusals.invalid(
        "%s has the wrong type: wanted=%s, actual=%s".formatted(name, wanted, actual.kind()));
  }
}
