package io.mothership.api.fleet;

import io.mothership.storage.sql.Database;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which organization an entity belongs to, and which entities an organization has, in memory: for
 * subjects that name only the entity, and for broadcast commands. An entity that was deleted keeps
 * its organization until restart, so that a replay still knows it.
 *
 * <p><i>Thread:</i> any; never blocks.
 */
public final class EntityDirectory {
  private final Map<String, String> organizations = new ConcurrentHashMap<>();
  private final Map<String, Set<String>> members = new ConcurrentHashMap<>();

  /**
   * Reads all entities of the registry, now and whenever it comes back: a change may have been made
   * whose answer was lost.
   */
  public void load(final Database database) {
    final EntityRepository entities = new EntityRepository();
    database.onReturn(
        transaction -> {
          entities.eachId(transaction, this::add);
          return this;
        });
    database.read(
        snapshot -> {
          entities.eachId(snapshot, this::add);
          return this;
        });
  }

  void add(final String entityId, final String orgId) {
    organizations.put(entityId, orgId);
    members.computeIfAbsent(orgId, org -> ConcurrentHashMap.newKeySet()).add(entityId);
  }

  /** The entity was deleted. */
  void retire(final String entityId, final String orgId) {
    members.getOrDefault(orgId, Set.of()).remove(entityId);
  }

  public Optional<String> organization(final String entityId) {
    return Optional.ofNullable(organizations.get(entityId));
  }

  /** Ids of the entities that an organization has now. */
  public Set<String> entityIds(final String orgId) {
    return Collections.unmodifiableSet(members.getOrDefault(orgId, Set.of()));
  }
}
