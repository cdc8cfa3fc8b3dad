package io.mothership.storage.backup;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256. */
final class Hashing {
  private Hashing() {}

  static MessageDigest begin() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (final NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  static String end(final MessageDigest digest) {
    return HexFormat.of().formatHex(digest.digest());
  }

  static String ofText(final String text) {
    final MessageDigest digest = begin();
    digest.update(text.getBytes(StandardCharsets.UTF_8));
    return end(digest);
  }
}
