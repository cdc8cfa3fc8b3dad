package io.mothership.api.fleet;

import io.mothership.error.ServiceException;
import io.mothership.error.ServiceException.Kind;

/** What organizations and entities answer when they don't do something. */
final class FleetRefusals {
  private FleetRefusals() {}

  static ServiceException invalid(final String message) {
    return new ServiceException(Kind.INVALID, "VALIDATION", message);
  }

  /** A body that the contract's request types could not be read from. */
  static ServiceException unreadable(final String message) {
    return new ServiceException(Kind.INVALID, "INVALID_REQUEST", message);
  }

  static ServiceException noOrganization() {
    return new ServiceException(Kind.NOT_FOUND, "NOT_FOUND", "organization not found");
  }

  static ServiceException noEntity() {
    return new ServiceException(Kind.NOT_FOUND, "NOT_FOUND", "entity not found");
  }
}
