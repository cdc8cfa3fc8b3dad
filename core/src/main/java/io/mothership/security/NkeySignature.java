package io.mothership.security;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;

/**
 * NKeys: Ed25519 keys in NATS' notation, and the signature of the nonce that proves to have one.
 *
 * <pre>
 *  base32( prefix(1) | Ed25519 public key(32) | CRC-16/XMODEM of both, little endian(2) ), no padding
 * </pre>
 *
 * <p><i>Thread:</i> any, stateless. <i>Allocates:</i> per login.
 */
public final class NkeySignature {
  private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  private static final int TEXT_LENGTH = 56;
  private static final int KEY_LENGTH = 32;
  private static final int USER_PREFIX = 20 << 3;
  private static final int NONCE_LENGTH = 11;
  private static final int CRC_POLYNOMIAL = 0x1021;
  private static final SecureRandom RANDOM = new SecureRandom();

  /** What stands before the raw key in its X.509 form. */
  private static final byte[] X509_START = {
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00
  };

  private NkeySignature() {}

  /** Text that nobody has seen before, to be signed. */
  public static String nonce() {
    final byte[] random = new byte[NONCE_LENGTH];
    RANDOM.nextBytes(random);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(random);
  }

  /** Whether the text is the public key of a user. */
  public static boolean isUserKey(final String text) {
    return decode(text).length == KEY_LENGTH;
  }

  /** Whether {@code signature}, in base64, is the nonce's by this key; false for what is no key. */
  public static boolean isValid(final String userKey, final String nonce, final String signature) {
    final byte[] raw = decode(userKey);
    if (raw.length != KEY_LENGTH) {
      return false;
    }
    final byte[] encoded = Arrays.copyOf(X509_START, X509_START.length + KEY_LENGTH);
    System.arraycopy(raw, 0, encoded, X509_START.length, KEY_LENGTH);
    try {
      final PublicKey key =
          KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded));
      final Signature verifier = Signature.getInstance("Ed25519");
      verifier.initVerify(key);
      verifier.update(nonce.getBytes(StandardCharsets.US_ASCII));
      return verifier.verify(bytes(signature));
    } catch (final GeneralSecurityException | IllegalArgumentException e) {
      // Whatever is wrong with what a client sent, it has not proven anything.
      return false;
    }
  }

  private static byte[] bytes(final String base64) {
    return Base64.getUrlDecoder().decode(base64.replace('+', '-').replace('/', '_'));
  }

  /** The raw key, or nothing. */
  private static byte[] decode(final String text) {
    if (text.length() != TEXT_LENGTH) {
      return new byte[0];
    }
    final byte[] all = new byte[TEXT_LENGTH * 5 / 8];
    int bits = 0;
    int bitCount = 0;
    int length = 0;
    for (int i = 0; i < TEXT_LENGTH; i++) {
      final int value = ALPHABET.indexOf(text.charAt(i));
      if (value < 0) {
        return new byte[0];
      }
      bits = bits << 5 | value;
      bitCount += 5;
      if (bitCount >= 8) {
        bitCount -= 8;
        all[length++] = (byte) (bits >> bitCount);
      }
    }
    final int body = 1 + KEY_LENGTH;
    final int crc = all[body] & 0xff | (all[body + 1] & 0xff) << 8;
    return (all[0] & 0xff) == USER_PREFIX && crc == crc(all, body)
        ? Arrays.copyOfRange(all, 1, body)
        : new byte[0];
  }

  private static int crc(final byte[] bytes, final int length) {
    int crc = 0;
    for (int i = 0; i < length; i++) {
      crc ^= (bytes[i] & 0xff) << 8;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc & 0x8000) == 0 ? crc << 1 : crc << 1 ^ CRC_POLYNOMIAL;
      }
    }
    return crc & 0xffff;
  }
}
