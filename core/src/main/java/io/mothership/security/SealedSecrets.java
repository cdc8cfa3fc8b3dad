package io.mothership.security;

import io.mothership.error.MothershipException;
import io.mothership.error.MothershipException.Category;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.EnumSet;
import java.util.Set;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Secrets that must be read again, as they are kept: AES-GCM with a key from a file that only the
 * appliance's user may read. Each is sealed for one place; moved to another it does not open.
 *
 * <p>Any thread.
 */
public final class SealedSecrets {
  private static final String FORM = "v1.";
  private static final int KEY_BYTES = 32;
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;
  private static final Set<PosixFilePermission> OTHERS =
      EnumSet.complementOf(
          EnumSet.of(
              PosixFilePermission.OWNER_READ,
              PosixFilePermission.OWNER_WRITE,
              PosixFilePermission.OWNER_EXECUTE));

  private final SecureRandom random = new SecureRandom();
  private final SecretKeySpec key;

  private SealedSecrets(final byte[] key) {
    this.key = new SecretKeySpec(key, "AES");
  }

  /**
   * With the key in this file, which is made if there is none.
   *
   * @throws MothershipException if others may read the file, or it is no key
   */
  public static SealedSecrets open(final Path keyFile) {
    try {
      if (!Files.exists(keyFile)) {
        make(keyFile);
      }
      if (Files.getPosixFilePermissions(keyFile).stream().anyMatch(OTHERS::contains)) {
        throw new MothershipException(
            Category.CONFIGURATION,
            "SECRET_KEY_READABLE",
            "others may read the key of the secrets: chmod 600 " + keyFile);
      }
      final byte[] key = Files.readAllBytes(keyFile);
      if (key.length != KEY_BYTES) {
        throw new MothershipException(
            Category.CORRUPTION,
            "SECRET_KEY_DAMAGED",
            "not a key: %s, wanted=%d bytes, actual=%d".formatted(keyFile, KEY_BYTES, key.length));
      }
      return new SealedSecrets(key);
    } catch (final IOException e) {
      throw new MothershipException(
          Category.ENVIRONMENT, "SECRET_KEY_UNREADABLE", "cannot read or make " + keyFile, e);
    }
  }

  private static void make(final Path keyFile) throws IOException {
    final byte[] key = new byte[KEY_BYTES];
    new SecureRandom().nextBytes(key);
    final Path made = keyFile.resolveSibling(keyFile.getFileName() + ".new");
    Files.deleteIfExists(made);
    Files.createFile(
        made, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.write(made, key, StandardOpenOption.WRITE, StandardOpenOption.DSYNC);
    try {
      Files.createLink(keyFile, made);
    } catch (final FileAlreadyExistsException e) {
      // Another start made it a moment ago.
    }
    Files.delete(made);
  }

  /**
   * @param place what it is kept for, such as a record's id
   */
  public String seal(final String secret, final String place) {
    final byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    final byte[] sealed =
        crypt(Cipher.ENCRYPT_MODE, nonce, place, secret.getBytes(StandardCharsets.UTF_8), 0);
    final byte[] whole = new byte[NONCE_BYTES + sealed.length];
    System.arraycopy(nonce, 0, whole, 0, NONCE_BYTES);
    System.arraycopy(sealed, 0, whole, NONCE_BYTES, sealed.length);
    return FORM + Base64.getEncoder().encodeToString(whole);
  }

  /**
   * @throws MothershipException if it was not sealed here, or for another place
   */
  public String unseal(final String sealed, final String place) {
    if (!sealed.startsWith(FORM)) {
      throw unopened(null);
    }
    try {
      final byte[] whole = Base64.getDecoder().decode(sealed.substring(FORM.length()));
      final byte[] nonce = new byte[NONCE_BYTES];
      System.arraycopy(whole, 0, nonce, 0, NONCE_BYTES);
      return new String(
          crypt(Cipher.DECRYPT_MODE, nonce, place, whole, NONCE_BYTES), StandardCharsets.UTF_8);
    } catch (final IllegalArgumentException | IndexOutOfBoundsException e) {
      throw unopened(e);
    }
  }

  private byte[] crypt(
      final int mode, final byte[] nonce, final String place, final byte[] text, final int offset) {
    try {
      final Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
      cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
      cipher.updateAAD(place.getBytes(StandardCharsets.UTF_8));
      return cipher.doFinal(text, offset, text.length - offset);
    } catch (final GeneralSecurityException e) {
      throw unopened(e);
    }
  }

  private static MothershipException unopened(final Throwable cause) {
    return new MothershipException(
        Category.CORRUPTION,
        "SECRET_UNOPENED",
        "a secret does not open: it was sealed with another key or for another place",
        cause);
  }
}
