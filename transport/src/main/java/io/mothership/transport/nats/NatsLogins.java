package io.mothership.transport.nats;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;

/**
 * Who may log in, and how.
 *
 * <p><i>Thread:</i> any, immutable.
 *
 * @param users by name and password
 * @param token the token that admits without a name, empty for none
 * @param tokenRules what the token's bearer may do
 * @param anonymous name of the user that clients without any credentials become, empty for none
 */
public record NatsLogins(
    List<NatsUser> users, String token, SubjectRules tokenRules, String anonymous) {
  /** Nobody has to log in. */
  public static final NatsLogins NONE = new NatsLogins(List.of(), "", "");

  private static final NatsUser NOBODY = new NatsUser("", "");

  public NatsLogins {
    users = List.copyOf(users);
  }

  /** Logins whose token allows everything. */
  public NatsLogins(final List<NatsUser> users, final String token, final String anonymous) {
    this(users, token, SubjectRules.OPEN, anonymous);
  }

  public static NatsLogins of(final NatsUser... users) {
    return new NatsLogins(List.of(users), "", "");
  }

  public static NatsLogins ofToken(final String token) {
    return new NatsLogins(List.of(), token, "");
  }

  /** Whether clients have to prove who they are. */
  public boolean isRequired() {
    return !users.isEmpty() || !token.isEmpty();
  }

  /** Whether a client may do anything before, or without, a CONNECT with credentials. */
  boolean admitsAnonymous() {
    return !isRequired() || find(anonymous).isPresent();
  }

  Optional<NatsUser> admit(final ConnectOptions options) {
    if (!isRequired()) {
      return Optional.of(NOBODY);
    }
    if (options.user().isEmpty() && options.pass().isEmpty() && options.authToken().isEmpty()) {
      return find(anonymous);
    }
    if (!token.isEmpty()) {
      return isSame(token, options.authToken())
          ? Optional.of(new NatsUser("", "", tokenRules))
          : Optional.empty();
    }
    final Optional<NatsUser> known = find(options.user());
    // Compared for unknown names too, so that both take the same time.
    final boolean isRight = isSame(known.orElse(NOBODY).secret(), options.pass());
    return isRight ? known : Optional.empty();
  }

  private Optional<NatsUser> find(final String name) {
    for (final NatsUser user : users) {
      if (!name.isEmpty() && user.name().equals(name)) {
        return Optional.of(user);
      }
    }
    return Optional.empty();
  }

  private static boolean isSame(final String expected, final String actual) {
    return MessageDigest.isEqual(
        expected.getBytes(StandardCharsets.UTF_8), actual.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public String toString() {
    return "NatsLogins[users=" + users.size() + ", hasToken=" + !token.isEmpty() + "]";
  }
}
