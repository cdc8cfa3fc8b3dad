package io.mothership.config;

import io.mothership.security.OrganizationScope;
import io.mothership.security.Role;

/**
 * What a user or token of the configuration is given.
 *
 * @param organizations everything, unless some are named
 */
public record GrantConfig(OrganizationScope organizations, Role role) {
  /** Everything. */
  public static final GrantConfig OWNER = new GrantConfig(OrganizationScope.all(), Role.ADMIN);

  @Override
  public String toString() {
    return role.word() + " of " + organizations;
  }
}
