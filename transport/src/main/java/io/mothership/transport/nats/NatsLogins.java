package io.mothership.transport.nats;

import io.mothership.error.ServiceException;
import io.mothership.security.Authenticator;
import io.mothership.security.Credentials;
import io.mothership.security.Door;
import io.mothership.security.Logins;
import io.mothership.security.NkeySignature;
import io.mothership.security.Principal;
import io.mothership.security.SubjectRules;
import java.util.List;
import java.util.Optional;

/**
 * What CONNECT's fields mean to an authenticator.
 *
 * <p><i>Thread:</i> any, immutable.
 */
public final class NatsLogins {
  /** Nobody has to log in. */
  public static final NatsLogins NONE = new NatsLogins(List.of(), "", "");

  private final Authenticator authenticator;

  public NatsLogins(final Authenticator authenticator) {
    this.authenticator = authenticator;
  }

  /**
   * Logins of this listener's own.
   *
   * @param users by name and password
   * @param keys by NKey: their names are public keys, and they have no secrets
   * @param token the token that admits without a name, empty for none
   * @param tokenRules what the token's bearer may do
   * @param anonymous name of the user that clients without any credentials become, empty for none
   */
  public NatsLogins(
      final List<NatsUser> users,
      final List<NatsUser> keys,
      final String token,
      final SubjectRules tokenRules,
      final String anonymous) {
    this(logins(users, keys, token, tokenRules, anonymous));
  }

  /** Logins without NKeys, whose token allows everything. */
  public NatsLogins(final List<NatsUser> users, final String token, final String anonymous) {
    this(users, List.of(), token, SubjectRules.OPEN, anonymous);
  }

  public static NatsLogins of(final NatsUser... users) {
    return new NatsLogins(List.of(users), "", "");
  }

  public static NatsLogins ofToken(final String token) {
    return new NatsLogins(List.of(), token, "");
  }

  private static Logins logins(
      final List<NatsUser> users,
      final List<NatsUser> keys,
      final String token,
      final SubjectRules tokenRules,
      final String anonymous) {
    Logins logins = Logins.NONE;
    for (final NatsUser user : users) {
      logins = logins.withUser(user.name(), user.secret(), user.principal());
      if (user.name().equals(anonymous)) {
        logins = logins.withAnonymous(Door.NATS, user.principal());
      }
    }
    for (final NatsUser key : keys) {
      logins = logins.withKey(key.name(), key.principal());
    }
    if (!token.isEmpty()) {
      logins =
          logins.withNamelessPassword(token, new NatsUser("token", "", tokenRules).principal());
    }
    return users.isEmpty() && keys.isEmpty() && token.isEmpty()
        ? logins.withAnonymous(Door.NATS, Principal.anybody())
        : logins;
  }

  /** Whether clients have to prove who they are. */
  public boolean isRequired() {
    return !authenticator.isOpen(Door.NATS);
  }

  /** What a client signs if it has an NKey; empty if nobody needs one here. */
  String newNonce() {
    return authenticator.takesNkeys() ? NkeySignature.nonce() : "";
  }

  Optional<Principal> admit(final ConnectOptions options, final String nonce) {
    if (!isRequired()) {
      return admit(new Credentials.None(Door.NATS));
    }
    if (!options.nkey().isEmpty() && authenticator.takesNkeys()) {
      return admit(new Credentials.Nkey(options.nkey(), nonce, options.signature()));
    }
    if (options.user().isEmpty() && options.pass().isEmpty() && options.authToken().isEmpty()) {
      return admit(new Credentials.None(Door.NATS));
    }
    // Who gives a name and a token may mean either.
    final Optional<Principal> named =
        options.user().isEmpty()
            ? Optional.empty()
            : admit(new Credentials.Password(options.user(), options.pass()));
    return named.isPresent() || options.authToken().isEmpty()
        ? named
        : admit(new Credentials.Password("", options.authToken()));
  }

  private Optional<Principal> admit(final Credentials credentials) {
    try {
      return Optional.of(authenticator.authenticate(credentials));
    } catch (final ServiceException e) {
      // Refusals are the connection's to tell.
      return Optional.empty();
    }
  }

  @Override
  public String toString() {
    return "Nats" + authenticator;
  }
}
