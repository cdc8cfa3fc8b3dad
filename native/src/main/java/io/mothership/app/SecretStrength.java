package io.mothership.app;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Whether somebody who tries would find out a token or password soon. */
public final class SecretStrength {
  /** How a good one is made. */
  public static final String REMEDY = "openssl rand -hex 24 makes one";

  private static final int LENGTH_MIN = 8;
  private static final int DISTINCT_MIN = 3;
  private static final Set<String> GUESSED =
      Set.of(
          "admin",
          "changeme",
          "constellation",
          "constellation-dev-token",
          "default",
          "letmein",
          "mothership",
          "nats",
          "pass",
          "passw0rd",
          "password",
          "password1",
          "qwerty123",
          "s3cr3t",
          "s3cret",
          "secret",
          "test",
          "token",
          "12345678",
          "123456789");

  private SecretStrength() {}

  /** Whether it is one of those that everybody tries first, the others among them. */
  public static boolean isGuessed(final String secret, final String... others) {
    return GUESSED.contains(secret.toLowerCase(Locale.ROOT)) || List.of(others).contains(secret);
  }

  /** Why it is too weak, if it is; to be read behind its name. */
  public static Optional<String> weakness(final String secret, final String... others) {
    if (isGuessed(secret, others)) {
      return Optional.of("is one that everybody tries first");
    }
    if (secret.length() < LENGTH_MIN) {
      return Optional.of("is shorter than " + LENGTH_MIN + " characters");
    }
    return secret.chars().distinct().count() < DISTINCT_MIN
        ? Optional.of("is one or two characters, repeated")
        : Optional.empty();
  }
}
