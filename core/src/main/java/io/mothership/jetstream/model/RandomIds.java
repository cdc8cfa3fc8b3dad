package io.mothership.jetstream.model;

import java.security.SecureRandom;

/** Makes names that nobody guesses. <i>Thread:</i> its owner's. <i>Allocates:</i> per name. */
public final class RandomIds {
  private static final String LETTERS =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

  private final SecureRandom random = new SecureRandom();

  public RandomIds() {}

  public char letter() {
    return LETTERS.charAt(random.nextInt(LETTERS.length()));
  }

  public String text(final int length) {
    final StringBuilder id = new StringBuilder(length);
    for (int i = 0; i < length; i++) {
      id.append(letter());
    }
    return id.toString();
  }
}
