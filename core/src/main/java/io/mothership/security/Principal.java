package io.mothership.security;

import io.mothership.error.ServiceException;
import java.time.Instant;
import java.util.Map;
import java.util.Set;

/**
 * Somebody who was recognised, and what they may do.
 *
 * @param id name of the user or token, for logs and records; never a secret
 * @param subjects what it may publish and subscribe to, whatever protocol it speaks
 * @param expires from then on it is nobody any more
 */
public record Principal(
    String id,
    Kind kind,
    OrganizationScope organizations,
    Set<Role> roles,
    SubjectRules subjects,
    Instant expires) {

  /** What is behind it. */
  public enum Kind {
    USER,
    TOKEN,
    DEVICE,
    PLUGIN,
    SYSTEM,
    ANONYMOUS
  }

  public Principal {
    roles = Set.copyOf(roles);
  }

  /** Somebody with roles in organizations, and with the subject rules that follow from them. */
  public static Principal of(
      final String id,
      final Kind kind,
      final OrganizationScope organizations,
      final Set<Role> roles) {
    return new Principal(
        id, kind, organizations, roles, TenantSubjects.rules(organizations, roles), Instant.MAX);
  }

  /** Admin of everything. */
  public static Principal owner(final String id) {
    return of(id, Kind.TOKEN, OrganizationScope.all(), Set.of(Role.ADMIN));
  }

  /** A part of the appliance itself. */
  public static Principal system(final String id) {
    return of(id, Kind.SYSTEM, OrganizationScope.all(), Set.of(Role.ADMIN));
  }

  /** Whoever comes, where nobody is asked who they are: may do everything. */
  public static Principal anybody() {
    return of("anybody", Kind.ANONYMOUS, OrganizationScope.all(), Set.of(Role.ADMIN));
  }

  /** Somebody who showed nothing, where that was not enough for anything. */
  public static Principal anonymous() {
    return of("", Kind.ANONYMOUS, OrganizationScope.none(), Set.of());
  }

  /** Whether one of its roles has a permission, in the organizations that are its own. */
  public boolean may(final Permission permission) {
    for (final Role role : roles) {
      if (role.permissions().contains(permission)) {
        return true;
      }
    }
    return false;
  }

  public boolean may(final Permission permission, final String organizationId) {
    return may(permission) && organizations.contains(organizationId);
  }

  public boolean may(
      final Permission permission, final String organizationId, final String entityId) {
    return may(permission) && organizations.contains(organizationId, entityId);
  }

  /**
   * For what belongs to no organization in particular, or is narrowed to its own afterwards.
   *
   * @throws ServiceException {@code FORBIDDEN} if none of its roles has the permission
   */
  public void require(final Permission permission) {
    if (!may(permission)) {
      throw forbidden(permission, Map.of());
    }
  }

  /**
   * For an organization, with everything in it.
   *
   * @throws ServiceException {@code FORBIDDEN}
   */
  public void require(final Permission permission, final String organizationId) {
    if (!may(permission, organizationId)) {
      throw forbidden(permission, Map.of("org_id", organizationId));
    }
  }

  /**
   * For one entity.
   *
   * @throws ServiceException {@code FORBIDDEN}
   */
  public void require(
      final Permission permission, final String organizationId, final String entityId) {
    if (!may(permission, organizationId, entityId)) {
      throw forbidden(permission, Map.of("org_id", organizationId, "entity_id", entityId));
    }
  }

  /**
   * For the appliance as a whole.
   *
   * @throws ServiceException {@code FORBIDDEN}, also for those who have the permission in some
   *     organizations only
   */
  public void requireEverywhere(final Permission permission) {
    if (!may(permission) || !organizations.isAll()) {
      throw forbidden(permission, Map.of());
    }
  }

  public boolean isExpired(final Instant now) {
    return !now.isBefore(expires);
  }

  private static ServiceException forbidden(
      final Permission permission, final Map<String, String> place) {
    return new ServiceException(
        ServiceException.Kind.FORBIDDEN,
        "FORBIDDEN",
        place.isEmpty()
            ? permission.words() + " is not allowed"
            : permission.words() + " is not allowed there",
        place);
  }
}
