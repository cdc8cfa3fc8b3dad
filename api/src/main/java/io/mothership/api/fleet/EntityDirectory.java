package io.mothership.api.fleet;

import io.mothership.storage.sql.Database;
import io.mothership.storage.sql.EntityRepository;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which organization an entity belongs to, in memory, for subjects that name only the entity.
 * Entities that were deleted stay until restart, so that a replay still knows them.
 *
 * <p><i>Thread:</i> any.
 */
public final class EntityDirectory {
  private final Map<String, String> organizations = new ConcurrentHashMap<>();

  /** Reads all entities of the registry. */
  public static EntityDirectory load(final Database database, final EntityRepository entities) {
    final EntityDirectory directory = new EntityDirectory();
    database.read(
        snapshot -> {
          entities.eachId(snapshot, directory::add);
          return directory;
        });
    return directory;
  }

  void add(final String entityId, final String orgId) {
    organizations.put(entityId, orgId);
  }

  public Optional<String> organization(final String entityId) {
    return Optional.ofNullable(organizations.get(entityId));
  }
}
