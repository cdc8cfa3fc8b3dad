package io.mothership.api.rest;

import io.mothership.security.Permission;
import io.mothership.security.Principal;

/** What an operation asks of whoever calls it. */
sealed interface Access {

  /** Nothing; nobody is asked who they are. */
  record Open() implements Access {}

  /** A permission, for the organization and entity that the request names. */
  record InPlace(Permission permission) implements Access {}

  /** A permission for the appliance as a whole. */
  record Everywhere(Permission permission) implements Access {}

  /**
   * @param orgId empty if the request names none: the service narrows what it shows
   * @param entityId empty if the request names none
   * @throws io.mothership.error.ServiceException {@code FORBIDDEN}
   */
  default void require(final Principal principal, final String orgId, final String entityId) {
    switch (this) {
      case Open() -> {}
      case Everywhere(final Permission permission) -> principal.requireEverywhere(permission);
      case InPlace(final Permission permission) -> {
        if (orgId.isEmpty()) {
          principal.require(permission);
        } else if (entityId.isEmpty()) {
          principal.require(permission, orgId);
        } else {
          principal.require(permission, orgId, entityId);
        }
      }
    }
  }
}
