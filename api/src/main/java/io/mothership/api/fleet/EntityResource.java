package io.mothership.api.fleet;

import io.mothership.api.ApiException;
import io.mothership.api.Envelope;
import io.mothership.api.records.Changes;
import io.mothership.api.records.Records;
import io.mothership.api.security.BearerAuth;
import io.mothership.clock.Clock;
import io.mothership.clock.Rfc3339;
import io.mothership.error.MothershipException;
import io.mothership.security.Permission;
import io.mothership.security.Principal;
import io.mothership.storage.sql.Placed;
import io.mothership.storage.sql.SqlErrors;
import io.mothership.transport.http.HttpRequestView;
import io.mothership.transport.http.HttpResponse;
import io.mothership.transport.http.Route;
import io.mothership.transport.http.RouteHandler;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.UUID;

/**
 * {@code /api/v1/entities} with the ids in the query, as the contract has it, and {@code
 * /api/v1/organizations/{org_id}/entities/{entity_id}} with the same answers. Virtual threads.
 */
public final class EntityResource {
  private static final String PATH = "/api/v1/entities";
  private static final String BELOW = "/api/v1/organizations/{org_id}/entities";
  private static final int LISTED_MAX = 10_000;
  private static final Principal SELF = Principal.system("entities");
  private static final String DEFAULT_STATUS = "unknown";
  private static final String DEFAULT_PRIORITY = "normal";

  private final Changes changes;
  private final Records records;
  private final EntityRepository entities;
  private final EntityDirectory directory;
  private final EntityEvents events;
  private final Clock clock;

  public EntityResource(
      final Changes changes,
      final Records records,
      final EntityRepository entities,
      final EntityDirectory directory,
      final Clock clock) {
    this.changes = changes;
    this.records = records;
    this.entities = entities;
    this.directory = directory;
    this.events = new EntityEvents(clock);
    this.clock = clock;
  }

  public List<Route> routes(final BearerAuth auth) {
    final RouteHandler create =
        auth.guard(Permission.ENTITY_WRITE, Envelope.guard("CREATE_FAILED", this::create));
    final RouteHandler read =
        auth.guard(Permission.ENTITY_READ, Envelope.guard("GET_FAILED", this::read));
    final RouteHandler update =
        auth.guard(Permission.ENTITY_WRITE, Envelope.guard("UPDATE_FAILED", this::update));
    final RouteHandler delete =
        auth.guard(Permission.ENTITY_WRITE, Envelope.guard("DELETE_FAILED", this::delete));
    return List.of(
        new Route("POST", PATH, create),
        new Route("GET", PATH, read),
        new Route("PUT", PATH, update),
        new Route("DELETE", PATH, delete),
        new Route("POST", BELOW, create),
        new Route("GET", BELOW, read),
        new Route("GET", BELOW + "/{entity_id}", read),
        new Route("PUT", BELOW + "/{entity_id}", update),
        new Route("DELETE", BELOW + "/{entity_id}", delete));
  }

  private HttpResponse create(final HttpRequestView request) {
    final String orgId = orgId(request);
    final RequestFields fields = RequestFields.of(request.body(), "CreateEntityRequest");
    final Entity entity = newEntity(orgId, fields);
    try {
      changes.commit(
          SELF,
          change -> {
            entities.insert(change.transaction(), entity);
            events.created(change, asCreated(entity));
            return entity;
          });
    } catch (final MothershipException e) {
      if (SqlErrors.REFERENCE_MISSING.is(e)) {
        throw new ApiException(409, "CONFLICT", "organization not found");
      }
      throw e;
    }
    directory.add(entity.entityId(), orgId);
    return Envelope.success(201, writer -> FleetJson.write(writer, asCreated(entity)));
  }

  private Entity newEntity(final String orgId, final RequestFields fields) {
    final String entityType = FieldRules.word("entity_type", fields.text("entity_type"));
    final String status = fields.text("status");
    final String priority = fields.text("priority");
    OptionalDouble latitude = OptionalDouble.empty();
    OptionalDouble longitude = OptionalDouble.empty();
    OptionalDouble altitude = OptionalDouble.empty();
    final Optional<RequestFields> position = fields.nested("position", "Position");
    if (position.isPresent()) {
      final RequestFields place = position.get();
      latitude = ranged("latitude", place.number("latitude"), 90);
      longitude = ranged("longitude", place.number("longitude"), 180);
      altitude = place.number("altitude");
      altitude.ifPresent(value -> FieldRules.finite("altitude", value));
    }
    final String metadata =
        fields.object("metadata").map(value -> FieldRules.document("metadata", value)).orElse("{}");
    final Instant now = Rfc3339.ofNs(clock.wallNs());
    return new Entity(
        UUID.randomUUID().toString(),
        orgId,
        entityType,
        fields.text("name"),
        status.isEmpty() ? DEFAULT_STATUS : FieldRules.word("status", status),
        priority.isEmpty() ? DEFAULT_PRIORITY : FieldRules.word("priority", priority),
        false,
        latitude,
        longitude,
        altitude,
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        "{}",
        "[]",
        metadata,
        now,
        now);
  }

  /**
   * A position always has both coordinates; one that is not given is 0, as the contract's server
   * has it.
   */
  private static OptionalDouble ranged(
      final String field, final OptionalDouble value, final double limit) {
    return OptionalDouble.of(FieldRules.range(field, value.orElse(0), -limit, limit));
  }

  /** The contract's answer to a creation does not show what was not given. */
  private static Entity asCreated(final Entity entity) {
    return new Entity(
        entity.entityId(),
        entity.orgId(),
        entity.entityType(),
        entity.name(),
        entity.status(),
        entity.priority(),
        entity.isLive(),
        entity.latitude(),
        entity.longitude(),
        entity.altitude(),
        entity.heading(),
        entity.velocity(),
        "",
        "",
        entity.metadata(),
        entity.createdAt(),
        entity.updatedAt());
  }

  private HttpResponse read(final HttpRequestView request) {
    final String orgId = orgId(request);
    final String entityId = parameter(request, "entity_id");
    if (!entityId.isEmpty()) {
      final Entity entity =
          records
              .read(snapshot -> entities.find(snapshot, orgId, entityId))
              .orElseThrow(EntityResource::notFound);
      return Envelope.success(200, writer -> FleetJson.write(writer, entity));
    }
    final List<Entity> all =
        records
            .read(snapshot -> entities.page(snapshot, orgId, "", "", 0, LISTED_MAX))
            .stream()
            .map(Placed::row)
            .toList();
    return Envelope.success(
        200,
        writer -> {
          writer.beginArray();
          all.forEach(entity -> FleetJson.write(writer, entity));
          writer.endArray();
        });
  }

  private HttpResponse update(final HttpRequestView request) {
    final Ids ids = ids(request);
    final EntityChange wanted = new EntityChange(RequestFields.membersOf(request.body()));
    final Instant now = Rfc3339.ofNs(clock.wallNs());
    final Entity updated =
        changes.commit(
          SELF,
            change -> {
              final Entity before =
                  entities
                      .find(change.transaction(), ids.orgId(), ids.entityId())
                      .orElseThrow(EntityResource::notFound);
              final Entity after = wanted.applyTo(before, now);
              entities.update(change.transaction(), after);
              events.updated(change, before, after);
              return after;
            });
    return Envelope.success(200, writer -> FleetJson.write(writer, updated));
  }

  private HttpResponse delete(final HttpRequestView request) {
    final Ids ids = ids(request);
    changes.commit(
          SELF,
        change -> {
          final Entity entity =
              entities
                  .find(change.transaction(), ids.orgId(), ids.entityId())
                  .orElseThrow(EntityResource::notFound);
          entities.delete(change.transaction(), entity);
          events.deleted(change, entity);
          return entity;
        });
    directory.retire(ids.entityId(), ids.orgId());
    return Envelope.success(
        200,
        writer -> writer.beginObject().text("message", "Entity deleted successfully").endObject());
  }

  private static ApiException notFound() {
    return new ApiException(404, "NOT_FOUND", "entity not found");
  }

  private static String orgId(final HttpRequestView request) {
    final String orgId = parameter(request, "org_id");
    if (orgId.isEmpty()) {
      throw new ApiException(400, "MISSING_ORG_ID", "org_id is required");
    }
    return orgId;
  }

  private static Ids ids(final HttpRequestView request) {
    final Ids ids = new Ids(parameter(request, "org_id"), parameter(request, "entity_id"));
    if (ids.orgId().isEmpty() || ids.entityId().isEmpty()) {
      throw new ApiException(400, "MISSING_PARAMS", "org_id and entity_id are required");
    }
    return ids;
  }

  private static String parameter(final HttpRequestView request, final String name) {
    return request.hasPathParameter(name) ? request.pathParameter(name) : request.query(name);
  }

  private record Ids(String orgId, String entityId) {}
}
