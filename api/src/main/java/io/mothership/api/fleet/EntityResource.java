package io.mothership.api.fleet;

import io.mothership.api.rest.Call;
import io.mothership.api.rest.EntityTag;
import io.mothership.api.rest.ErrorShape;
import io.mothership.api.rest.ListSource;
import io.mothership.api.rest.Routes;
import io.mothership.api.rest.Rules;
import io.mothership.error.ServiceException;
import io.mothership.security.Permission;
import io.mothership.storage.sql.Placed;
import io.mothership.transport.http.HttpResponse;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * {@code /api/v1/entities} with the ids in the query, as the contract has it, and {@code
 * /api/v1/organizations/{org_id}/entities/{entity_id}} with the same answers. Stateless; virtual
 * threads.
 */
public final class EntityResource {
  private static final String PATH = "/api/v1/entities";
  private static final String BELOW = "/api/v1/organizations/{org_id}/entities";

  private final Entities entities;

  public EntityResource(final Entities entities) {
    this.entities = entities;
  }

  public Routes routes() {
    final Routes routes = new Routes(ErrorShape.FLEET);
    for (final String path : List.of(PATH, BELOW)) {
      routes
          .post(path, Permission.ENTITY_WRITE)
          .failureCode("CREATE_FAILED")
          .to(this::create)
          .get(path, Permission.ENTITY_READ)
          .failureCode("GET_FAILED")
          .to(this::read);
    }
    for (final String path : List.of(PATH, BELOW + "/{entity_id}")) {
      routes
          .put(path, Permission.ENTITY_WRITE)
          .failureCode("UPDATE_FAILED")
          .to(this::update)
          .delete(path, Permission.ENTITY_WRITE)
          .failureCode("DELETE_FAILED")
          .to(this::delete);
    }
    return routes
        .get(BELOW + "/{entity_id}", Permission.ENTITY_READ)
        .failureCode("GET_FAILED")
        .to(this::read);
  }

  private HttpResponse create(final Call call) {
    final String orgId = call.orgId();
    final Entity made =
        entities.create(call.principal(), orgId, NewEntity.read(call.body().bytes()));
    return call.answer(201, writer -> FleetJson.write(writer, made)).withHeader("ETag", tag(made));
  }

  private HttpResponse read(final Call call) {
    final String orgId = call.orgId();
    final String entityId = call.parameter("entity_id");
    if (!entityId.isEmpty()) {
      final Entity found = entities.find(call.principal(), orgId, entityId);
      return call.ok(tag(found), writer -> FleetJson.write(writer, found));
    }
    final EntityFilter filter =
        new EntityFilter(
            orgId,
            call.query("status", Rules.word()).orElse(""),
            call.query("type", Rules.word()).orElse(""));
    return call.array(
        new FilteredEntities(call, filter), (writer, one) -> FleetJson.write(writer, one.row()));
  }

  private HttpResponse update(final Call call) {
    final Ids ids = ids(call);
    final EntityChange change = new EntityChange(RequestFields.membersOf(call.body().bytes()));
    final Entity updated =
        entities.update(
            call.principal(),
            ids.orgId(),
            ids.entityId(),
            change,
            before -> call.requireMatch(tag(before)));
    return call.ok(writer -> FleetJson.write(writer, updated)).withHeader("ETag", tag(updated));
  }

  private HttpResponse delete(final Call call) {
    final Ids ids = ids(call);
    entities.delete(
        call.principal(), ids.orgId(), ids.entityId(), before -> call.requireMatch(tag(before)));
    return call.ok(
        writer -> writer.beginObject().text("message", "Entity deleted successfully").endObject());
  }

  /** The time of its last change tells a version: no two have the same. */
  private static String tag(final Entity entity) {
    return EntityTag.of(ChronoUnit.MICROS.between(Instant.EPOCH, entity.updatedAt()));
  }

  private static Ids ids(final Call call) {
    final Ids ids = new Ids(call.parameter("org_id"), call.parameter("entity_id"));
    if (ids.orgId().isEmpty() || ids.entityId().isEmpty()) {
      throw new ServiceException(
          ServiceException.Kind.INVALID, "MISSING_PARAMS", "org_id and entity_id are required");
    }
    return ids;
  }

  private record Ids(String orgId, String entityId) {}

  private final class FilteredEntities implements ListSource<Placed<Entity>> {
    private final Call call;
    private final EntityFilter filter;

    FilteredEntities(final Call call, final EntityFilter filter) {
      this.call = call;
      this.filter = filter;
    }

    @Override
    public List<Placed<Entity>> next(final String after, final int count) {
      return entities.page(call.principal(), filter, Places.of(after), count);
    }

    @Override
    public String key(final Placed<Entity> one) {
      return Long.toString(one.place());
    }

    @Override
    public Optional<String> end(final String after, final int count) {
      final OptionalLong end = entities.end(call.principal(), filter, Places.of(after), count);
      return end.isPresent() ? Optional.of(Long.toString(end.getAsLong())) : Optional.empty();
    }
  }
}
