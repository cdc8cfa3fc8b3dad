package io.mothership.security;

import java.util.Set;
import java.util.TreeSet;

/**
 * The organizations somebody may deal with: all, or those named, or only some entities of those.
 *
 * @param isAll whether there are no bounds; the sets are empty then
 * @param ids the organizations' ids
 * @param entities the only entities that are within, empty for all of the organizations'
 */
public record OrganizationScope(boolean isAll, Set<String> ids, Set<String> entities) {
  private static final OrganizationScope ALL = new OrganizationScope(true, Set.of(), Set.of());
  private static final OrganizationScope NONE = new OrganizationScope(false, Set.of(), Set.of());

  public OrganizationScope {
    ids = Set.copyOf(ids);
    entities = Set.copyOf(entities);
    if (isAll && !(ids.isEmpty() && entities.isEmpty())) {
      throw new IllegalArgumentException("everything, and yet bounds: " + ids + ", " + entities);
    }
    ids.forEach(TenantSubjects::requireToken);
    entities.forEach(TenantSubjects::requireToken);
  }

  public static OrganizationScope all() {
    return ALL;
  }

  public static OrganizationScope none() {
    return NONE;
  }

  /**
   * @throws IllegalArgumentException if an id cannot stand in a subject as one token of its own
   */
  public static OrganizationScope of(final Set<String> ids) {
    return new OrganizationScope(false, ids, Set.of());
  }

  /** The same organizations, but of what is in them only these entities. */
  public OrganizationScope only(final Set<String> newEntities) {
    return new OrganizationScope(isAll, ids, newEntities);
  }

  /** Whether an organization, with everything in it, is within. */
  public boolean contains(final String organizationId) {
    return isAll || entities.isEmpty() && ids.contains(organizationId);
  }

  /** Whether one entity of an organization is within. */
  public boolean contains(final String organizationId, final String entityId) {
    return isAll
        || ids.contains(organizationId) && (entities.isEmpty() || entities.contains(entityId));
  }

  /** Whether something of an organization is within: what lists show. */
  public boolean touches(final String organizationId) {
    return isAll || ids.contains(organizationId);
  }

  /** For people. */
  @Override
  public String toString() {
    if (isAll) {
      return "all organizations";
    }
    final String named = "organizations " + new TreeSet<>(ids);
    return entities.isEmpty() ? named : named + ", entities " + new TreeSet<>(entities);
  }
}
