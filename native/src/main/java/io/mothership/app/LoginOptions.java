package io.mothership.app;

import io.mothership.config.AuthorizationKeys;
import io.mothership.config.GrantConfig;
import io.mothership.config.HttpKeys;
import io.mothership.config.MothershipConfig;
import io.mothership.config.TokenConfig;
import io.mothership.config.UserConfig;
import io.mothership.error.MothershipException;
import io.mothership.security.Door;
import io.mothership.security.Logins;
import io.mothership.security.Principal;
import io.mothership.security.SubjectRules;
import io.mothership.security.TenantSubjects;
import java.time.Instant;
import java.util.Set;

/** The configuration's users, keys and tokens as the authenticator wants them. */
final class LoginOptions {
  private LoginOptions() {}

  /**
   * Everybody whom the configuration names.
   *
   * @throws MothershipException {@code CONFIG_INVALID}
   */
  static Logins logins(final MothershipConfig config, final Role role) {
    try {
      final Logins nats = nats(config);
      return role == Role.APPLIANCE ? http(config, nats) : nats;
    } catch (final IllegalArgumentException e) {
      throw new MothershipException(
          MothershipException.Category.CONFIGURATION, "CONFIG_INVALID", e.getMessage(), e);
    }
  }

  private static Logins nats(final MothershipConfig config) {
    final String user = config.text(AuthorizationKeys.USER);
    final String token = config.text(AuthorizationKeys.TOKEN);
    final UserConfig unlisted = config.unlisted();
    Logins logins = Logins.NONE;
    if (!user.isEmpty()) {
      logins =
          logins.withUser(user, config.text(AuthorizationKeys.PASSWORD), principal(user, unlisted));
    }
    for (final UserConfig other : config.users()) {
      logins = logins.withUser(other.name(), other.password(), principal(other.name(), other));
    }
    for (final UserConfig key : config.keyUsers()) {
      logins = logins.withKey(key.name(), principal(key.name(), key));
    }
    if (!token.isEmpty()) {
      logins = logins.withNamelessPassword(token, principal("authorization.token", unlisted));
    }
    return logins == Logins.NONE ? logins.withAnonymous(Door.NATS, Principal.anybody()) : logins;
  }

  private static Logins http(final MothershipConfig config, final Logins nats) {
    final String owner = config.text(HttpKeys.TOKEN);
    if (owner.isBlank()) {
      throw new IllegalArgumentException(
          HttpKeys.TOKEN.fileKey() + " must not be empty: " + config.source(HttpKeys.TOKEN));
    }
    Logins logins = nats.withBearer(owner, Principal.owner("owner"));
    for (final TokenConfig token : config.tokens()) {
      final GrantConfig grant = token.grant();
      logins =
          logins.withBearer(
              token.token(),
              Principal.of(
                  token.name(), Principal.Kind.TOKEN, grant.organizations(), Set.of(grant.role())));
    }
    return logins;
  }

  /** Its own rules can only narrow what its organizations and role allow. */
  private static Principal principal(final String name, final UserConfig user) {
    final GrantConfig grant = user.grant();
    final Set<io.mothership.security.Role> roles = Set.of(grant.role());
    final SubjectRules own =
        new SubjectRules(
            user.publish().allow(),
            user.publish().deny(),
            user.subscribe().allow(),
            user.subscribe().deny());
    return new Principal(
        name,
        Principal.Kind.USER,
        grant.organizations(),
        roles,
        own.within(TenantSubjects.rules(grant.organizations(), roles)),
        Instant.MAX);
  }
}
