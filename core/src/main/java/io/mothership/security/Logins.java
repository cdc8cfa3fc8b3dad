package io.mothership.security;

import io.mothership.error.ServiceException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Who may log in, as the configuration names them.
 *
 * <p><i>Thread:</i> any, immutable.
 */
public final class Logins implements Authenticator {
  /** Nobody is known. */
  public static final Logins NONE = new Logins();

  private static final byte[] NO_DIGEST = digest("");

  private final Map<String, Login> users = new LinkedHashMap<>();
  private final Map<String, Principal> keys = new LinkedHashMap<>();
  private final List<Login> namelessPasswords = new ArrayList<>();
  private final List<Login> bearers = new ArrayList<>();
  private final Map<Door, Principal> anonymous = new EnumMap<>(Door.class);

  private record Login(byte[] digest, Principal principal) {}

  private Logins() {}

  private Logins(final Logins other) {
    users.putAll(other.users);
    keys.putAll(other.keys);
    namelessPasswords.addAll(other.namelessPasswords);
    bearers.addAll(other.bearers);
    anonymous.putAll(other.anonymous);
  }

  /** With a user who has a password; of two with one name the first counts. */
  public Logins withUser(final String name, final String password, final Principal principal) {
    final Logins more = new Logins(this);
    more.users.putIfAbsent(name, new Login(digest(password), principal));
    return more;
  }

  /**
   * With a user who proves an NKey.
   *
   * @throws IllegalArgumentException if it is not the public key of a user
   */
  public Logins withKey(final String publicKey, final Principal principal) {
    if (!NkeySignature.isUserKey(publicKey)) {
      throw new IllegalArgumentException("not the public NKey of a user: " + publicKey);
    }
    final Logins more = new Logins(this);
    more.keys.putIfAbsent(publicKey, principal);
    return more;
  }

  /** With a password that admits without a name: NATS' {@code token}. */
  public Logins withNamelessPassword(final String password, final Principal principal) {
    final Logins more = new Logins(this);
    more.namelessPasswords.add(new Login(digest(password), principal));
    return more;
  }

  /**
   * With a bearer token.
   *
   * @throws IllegalArgumentException if it is blank
   */
  public Logins withBearer(final String token, final Principal principal) {
    if (token.isBlank()) {
      throw new IllegalArgumentException("a bearer token is empty");
    }
    final Logins more = new Logins(this);
    more.bearers.add(new Login(digest(token), principal));
    return more;
  }

  /** Whoever shows nothing at a door is this one there. */
  public Logins withAnonymous(final Door door, final Principal principal) {
    final Logins more = new Logins(this);
    more.anonymous.put(door, principal);
    return more;
  }

  @Override
  public Principal authenticate(final Credentials credentials) {
    return switch (credentials) {
      case Credentials.Bearer(final String token) -> find(bearers, token, "Invalid token");
      case Credentials.Password(final String user, final String password) ->
          user.isEmpty()
              ? find(namelessPasswords, password, "Invalid password")
              : user(user, password);
      case Credentials.Nkey key -> key(key);
      case Credentials.Certificate certificate -> throw unknown();
      case Credentials.None(final Door door) ->
          Optional.ofNullable(anonymous.get(door)).orElseThrow(Logins::unknown);
    };
  }

  @Override
  public boolean isOpen(final Door door) {
    return door == Door.NATS
        && users.isEmpty()
        && keys.isEmpty()
        && namelessPasswords.isEmpty()
        && anonymous.containsKey(door);
  }

  @Override
  public boolean takesNkeys() {
    return !keys.isEmpty();
  }

  private Principal user(final String name, final String password) {
    final Login known = users.get(name);
    // Compared for unknown names too, so that both take the same time.
    final byte[] expected = known == null ? NO_DIGEST : known.digest;
    final boolean isRight = MessageDigest.isEqual(expected, digest(password));
    if (known == null || !isRight) {
      throw unknown();
    }
    return known.principal;
  }

  private Principal key(final Credentials.Nkey shown) {
    final Principal known = keys.get(shown.publicKey());
    if (known == null
        || !NkeySignature.isValid(shown.publicKey(), shown.nonce(), shown.signature())) {
      throw unknown();
    }
    return known;
  }

  /** All are compared, whichever is the right one. */
  private static Principal find(
      final List<Login> logins, final String secret, final String refusal) {
    final byte[] digest = digest(secret);
    Principal found = null;
    for (final Login login : logins) {
      if (MessageDigest.isEqual(login.digest, digest)) {
        found = login.principal;
      }
    }
    if (found == null) {
      throw unknown(refusal);
    }
    return found;
  }

  private static ServiceException unknown() {
    return unknown("Invalid credentials");
  }

  private static ServiceException unknown(final String message) {
    return new ServiceException(ServiceException.Kind.UNAUTHENTICATED, "UNAUTHORIZED", message);
  }

  /** Of equal length whatever was sent, so that comparing tells nothing about the secret's. */
  private static byte[] digest(final String secret) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
    } catch (final NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  @Override
  public String toString() {
    return "Logins[users="
        + users.size()
        + ", keys="
        + keys.size()
        + ", hasToken="
        + !namelessPasswords.isEmpty()
        + "]";
  }
}
