package io.mothership.api.fleet;

import io.mothership.api.records.Changes;
import io.mothership.api.records.Records;
import io.mothership.clock.Clock;
import io.mothership.clock.Rfc3339;
import io.mothership.error.MothershipException;
import io.mothership.error.ServiceException;
import io.mothership.security.Permission;
import io.mothership.security.Principal;
import io.mothership.storage.sql.Placed;
import io.mothership.storage.sql.SqlErrors;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * What can be done with entities. Every change leaves its events in the outbox, in one transaction.
 *
 * <p><i>Thread:</i> any; calls block.
 */
public final class Entities {
  private final Changes changes;
  private final Records records;
  private final EntityRepository entities = new EntityRepository();
  private final EntityDirectory directory;
  private final EntityEvents events;
  private final Clock clock;

  public Entities(
      final Changes changes,
      final Records records,
      final EntityDirectory directory,
      final Clock clock) {
    this.changes = changes;
    this.records = records;
    this.directory = directory;
    this.events = new EntityEvents(clock);
    this.clock = clock;
  }

  /**
   * Makes an entity.
   *
   * @return as the contract shows it: without what was not given
   * @throws ServiceException {@code CONFLICT} if there is no such organization
   */
  Entity create(final Principal principal, final String orgId, final NewEntity wanted) {
    principal.require(Permission.ENTITY_WRITE, orgId);
    final Entity shown = made(orgId, wanted);
    final Entity kept =
        withDocuments(
            shown,
            shown.components().isEmpty() ? "{}" : shown.components(),
            shown.tags().isEmpty() ? "[]" : shown.tags());
    try {
      changes.commit(
          principal,
          change -> {
            entities.insert(change.transaction(), kept);
            events.created(change, shown);
            return kept;
          });
    } catch (final MothershipException e) {
      if (SqlErrors.REFERENCE_MISSING.is(e)) {
        throw new ServiceException(
            ServiceException.Kind.CONFLICT, "CONFLICT", "organization not found");
      }
      throw e;
    }
    directory.add(shown.entityId(), orgId);
    return shown;
  }

  private Entity made(final String orgId, final NewEntity wanted) {
    final Instant now = Rfc3339.ofNs(clock.wallNs());
    return new Entity(
        UUID.randomUUID().toString(),
        orgId,
        wanted.entityType(),
        wanted.name(),
        wanted.status(),
        wanted.priority(),
        false,
        wanted.latitude(),
        wanted.longitude(),
        wanted.altitude(),
        wanted.heading(),
        wanted.velocity(),
        wanted.components(),
        wanted.tags(),
        wanted.metadata(),
        now,
        now);
  }

  private static Entity withDocuments(
      final Entity entity, final String components, final String tags) {
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
        components,
        tags,
        entity.metadata(),
        entity.createdAt(),
        entity.updatedAt());
  }

  /**
   * @throws ServiceException {@code NOT_FOUND}, {@code FORBIDDEN}
   */
  public Entity find(final Principal principal, final String orgId, final String entityId) {
    principal.require(Permission.ENTITY_READ, orgId, entityId);
    return records
        .read(snapshot -> entities.find(snapshot, orgId, entityId))
        .orElseThrow(FleetRefusals::noEntity);
  }

  /**
   * That there is one, for what stands on it.
   *
   * @throws ServiceException {@code NOT_FOUND}
   */
  public void requireKnown(final String orgId, final String entityId) {
    if (records.read(snapshot -> entities.find(snapshot, orgId, entityId)).isEmpty()) {
      throw FleetRefusals.noEntity();
    }
  }

  /** In the order in which they were made; none of an unknown organization. */
  List<Placed<Entity>> page(
      final Principal principal, final EntityFilter filter, final long after, final int count) {
    principal.require(Permission.ENTITY_READ, filter.orgId());
    return records.read(
        snapshot ->
            entities.page(snapshot, filter.orgId(), filter.status(), filter.type(), after, count));
  }

  /** Place of the {@code count}-th behind one, if another follows it. */
  OptionalLong end(
      final Principal principal, final EntityFilter filter, final long after, final int count) {
    principal.require(Permission.ENTITY_READ, filter.orgId());
    return records.read(
        snapshot ->
            entities.end(snapshot, filter.orgId(), filter.status(), filter.type(), after, count));
  }

  /**
   * Changes an entity.
   *
   * @param precondition is shown what is there before anything is changed; what it throws keeps it
   *     so
   * @throws ServiceException {@code NOT_FOUND}
   */
  Entity update(
      final Principal principal,
      final String orgId,
      final String entityId,
      final EntityChange wanted,
      final Consumer<Entity> precondition) {
    principal.require(Permission.ENTITY_WRITE, orgId, entityId);
    final Instant now = Rfc3339.ofNs(clock.wallNs());
    final Entity updated =
        changes.commit(
            principal,
            change -> {
              final Entity before =
                  entities
                      .find(change.transaction(), orgId, entityId)
                      .orElseThrow(FleetRefusals::noEntity);
              precondition.accept(before);
              final Entity after = wanted.applyTo(before, later(before, now));
              entities.update(change.transaction(), after);
              events.updated(change, before, after);
              return after;
            });
    return updated;
  }

  /** The time of a change is its version: no two are the same, whatever the clock does. */
  private static Instant later(final Entity before, final Instant now) {
    return now.isAfter(before.updatedAt()) ? now : before.updatedAt().plus(1, ChronoUnit.MICROS);
  }

  /**
   * @param precondition as in {@link #update}
   * @throws ServiceException {@code NOT_FOUND}
   */
  void delete(
      final Principal principal,
      final String orgId,
      final String entityId,
      final Consumer<Entity> precondition) {
    principal.require(Permission.ENTITY_WRITE, orgId, entityId);
    changes.commit(
        principal,
        change -> {
          final Entity entity =
              entities
                  .find(change.transaction(), orgId, entityId)
                  .orElseThrow(FleetRefusals::noEntity);
          precondition.accept(entity);
          entities.delete(change.transaction(), entity);
          events.deleted(change, entity);
          return entity;
        });
    directory.retire(entityId, orgId);
  }
}
