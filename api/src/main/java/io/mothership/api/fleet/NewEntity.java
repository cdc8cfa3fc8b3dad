package io.mothership.api.fleet;

import java.util.Optional;
import java.util.OptionalDouble;

/**
 * An entity that is to be made; checked when made.
 *
 * @param name empty if it was not given
 * @param components a JSON text, empty if it was not given
 * @param tags a JSON text, empty if it was not given
 * @param metadata a JSON text
 */
record NewEntity(
    String entityType,
    String name,
    String status,
    String priority,
    OptionalDouble latitude,
    OptionalDouble longitude,
    OptionalDouble altitude,
    OptionalDouble heading,
    OptionalDouble velocity,
    String components,
    String tags,
    String metadata) {
  private static final String DEFAULT_STATUS = "unknown";
  private static final String DEFAULT_PRIORITY = "normal";

  /** Reads a body of the contract's, and what is kept beyond it. */
  static NewEntity read(final byte[] body) {
    final RequestFields fields = RequestFields.of(body, "CreateEntityRequest");
    final String entityType = FieldRules.word("entity_type", fields.text("entity_type"));
    final String status = fields.text("status");
    final String priority = fields.text("priority");
    final Optional<RequestFields> place = fields.nested("position", "Position");
    return new NewEntity(
        entityType,
        FieldRules.name("name", fields.text("name")),
        status.isEmpty() ? DEFAULT_STATUS : FieldRules.word("status", status),
        priority.isEmpty() ? DEFAULT_PRIORITY : FieldRules.word("priority", priority),
        coordinate(place, "latitude", 90),
        coordinate(place, "longitude", 180),
        place.map(given -> finite(given, "altitude")).orElseGet(OptionalDouble::empty),
        heading(fields),
        finite(fields, "velocity"),
        document(fields, "components"),
        document(fields, "tags"),
        fields
            .object("metadata")
            .map(value -> FieldRules.document("metadata", value))
            .orElse("{}"));
  }

  /**
   * A position always has both coordinates; one that is not given is 0, as the contract's server
   * has it.
   */
  private static OptionalDouble coordinate(
      final Optional<RequestFields> place, final String name, final double limit) {
    return place
        .map(
            given ->
                OptionalDouble.of(
                    FieldRules.range(name, given.number(name).orElse(0), -limit, limit)))
        .orElseGet(OptionalDouble::empty);
  }

  private static OptionalDouble finite(final RequestFields fields, final String name) {
    final OptionalDouble value = fields.number(name);
    value.ifPresent(given -> FieldRules.finite(name, given));
    return value;
  }

  private static OptionalDouble heading(final RequestFields fields) {
    final OptionalDouble value = fields.number("heading");
    value.ifPresent(given -> FieldRules.range("heading", given, 0, 360));
    return value;
  }

  private static String document(final RequestFields fields, final String name) {
    return fields.any(name).map(value -> FieldRules.document(name, value)).orElse("");
  }
}
