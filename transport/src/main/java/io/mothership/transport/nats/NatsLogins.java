package io.mothership.transport.nats;

import io.mothership.security.SubjectRules;
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
 * @param keys by NKey: their names are public keys, and they have no secrets
 * @param token the token that admits without a name, empty for none
 * @param tokenRules what the token's bearer may do
 * @param anonymous name of the user that clients without any credentials become, empty for none
 */
public record NatsLogins(
    List<NatsUser> users,
    List<NatsUser> keys,
    String token,
    SubjectRules tokenRules,
    String anonymous) {
  /** Nobody has to log in. */
  public static final NatsLogins NONE = new NatsLogins(List.of(), "", "");

  private static final NatsUser NOBODY = new NatsUser("", "");

  public NatsLogins {
    users = List.copyOf(users);
    keys = List.copyOf(keys);
    for (final NatsUser key : keys) {
      if (!NkeySignature.isUserKey(key.name())) {
        throw new IllegalArgumentException("not the public NKey of a user: " + key.name());
      }
    }
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

  /** Whether clients have to prove who they are. */
  public boolean isRequired() {
    return !users.isEmpty() || !keys.isEmpty() || !token.isEmpty();
  }

  /** Whether a client may do anything before, or without, a CONNECT with credentials. */
  boolean admitsAnonymous() {
    return !isRequired() || find(users, anonymous).isPresent();
  }

  /** What a client signs if it has an NKey; empty if nobody needs one here. */
  String newNonce() {
    return keys.isEmpty() ? "" : NkeySignature.nonce();
  }

  Optional<NatsUser> admit(final ConnectOptions options, final String nonce) {
    if (!isRequired()) {
      return Optional.of(NOBODY);
    }
    if (!keys.isEmpty() && !options.nkey().isEmpty()) {
      return find(keys, options.nkey())
          .filter(user -> NkeySignature.isValid(user.name(), nonce, options.signature()));
    }
    if (options.user().isEmpty() && options.pass().isEmpty() && options.authToken().isEmpty()) {
      return find(users, anonymous);
    }
    if (!token.isEmpty()) {
      return isSame(token, options.authToken())
          ? Optional.of(new NatsUser("", "", tokenRules))
          : Optional.empty();
    }
    final Optional<NatsUser> known = find(users, options.user());
    // Compared for unknown names too, so that both take the same time.
    final boolean isRight = isSame(known.orElse(NOBODY).secret(), options.pass());
    return isRight ? known : Optional.empty();
  }

  private static Optional<NatsUser> find(final List<NatsUser> users, final String name) {
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
    return "NatsLogins[users="
        + users.size()
        + ", keys="
        + keys.size()
        + ", hasToken="
        + !token.isEmpty()
        + "]";
  }
}
