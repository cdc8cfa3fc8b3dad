package io.mothership.api;

import io.mothership.security.Authenticator;
import io.mothership.security.Logins;
import io.mothership.security.Principal;

/**
 * What the services need to know.
 *
 * @param authenticator says who calls
 * @param version of the appliance, shown by {@code /health}
 */
public record ApiConfig(Authenticator authenticator, String version) {

  /** With one token, whose bearer may do everything. */
  public ApiConfig(final String bearerToken, final String version) {
    this(Logins.NONE.withBearer(bearerToken, Principal.owner("owner")), version);
  }
}
