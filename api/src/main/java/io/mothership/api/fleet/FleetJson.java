package io.mothership.api.fleet;

import io.mothership.clock.Rfc3339;
import io.mothership.json.JsonWriter;
import java.util.OptionalDouble;

/**
 * Records as answers and events show them; {@code metadata}, {@code components}, {@code tags} are
 * texts.
 */
final class FleetJson {
  private FleetJson() {}

  static void write(final JsonWriter writer, final Organization organization) {
    writer
        .beginObject()
        .text("org_id", organization.orgId())
        .text("name", organization.name())
        .text("org_type", organization.orgType());
    writeIfAny(writer, "metadata", organization.metadata());
    writer
        .text("created_at", Rfc3339.text(organization.createdAt()))
        .text("updated_at", Rfc3339.text(organization.updatedAt()))
        .endObject();
  }

  static void write(final JsonWriter writer, final Entity entity) {
    writer
        .beginObject()
        .text("entity_id", entity.entityId())
        .text("org_id", entity.orgId())
        .text("entity_type", entity.entityType());
    writeIfAny(writer, "name", entity.name());
    writer
        .text("status", entity.status())
        .text("priority", entity.priority())
        .flag("is_live", entity.isLive());
    writeIfAny(writer, "latitude", entity.latitude());
    writeIfAny(writer, "longitude", entity.longitude());
    writeIfAny(writer, "altitude", entity.altitude());
    writeIfAny(writer, "heading", entity.heading());
    writeIfAny(writer, "velocity", entity.velocity());
    writeIfAny(writer, "components", entity.components());
    writeIfAny(writer, "tags", entity.tags());
    writeIfAny(writer, "metadata", entity.metadata());
    writer
        .text("created_at", Rfc3339.text(entity.createdAt()))
        .text("updated_at", Rfc3339.text(entity.updatedAt()))
        .endObject();
  }

  private static void writeIfAny(final JsonWriter writer, final String name, final String value) {
    if (!value.isEmpty()) {
      writer.text(name, value);
    }
  }

  private static void writeIfAny(
      final JsonWriter writer, final String name, final OptionalDouble value) {
    if (value.isPresent()) {
      writer.number(name, value.getAsDouble());
    }
  }
}
