package io.mothership.transport.nats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.frame.Slice;
import io.mothership.security.NkeySignature;
import io.mothership.security.SubjectRules;
import io.nats.client.NKey;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Signed by the official client's NKeys. */
final class NkeySignatureTest {
  private static final String NONCE = NkeySignature.nonce();

  private static String signature(final NKey key, final String nonce) throws Exception {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(key.sign(nonce.getBytes(StandardCharsets.US_ASCII)));
  }

  private static String publicKey(final NKey key) throws Exception {
    return new String(key.getPublicKey());
  }

  private static ConnectOptions options(final String key, final String signature) {
    final ConnectOptions options = new ConnectOptions();
    assertTrue(
        options.parse(Slice.of("{\"nkey\":\"%s\",\"sig\":\"%s\"}".formatted(key, signature))));
    return options;
  }

  @Test
  void shouldKnowTheKeyOfAUser() throws Exception {
    final String key = publicKey(NKey.createUser(null));
    assertTrue(NkeySignature.isUserKey(key));
    assertFalse(NkeySignature.isUserKey(publicKey(NKey.createAccount(null))));
    assertFalse(NkeySignature.isUserKey(key.toLowerCase(java.util.Locale.ROOT)));
    assertFalse(NkeySignature.isUserKey(key.substring(1)));
    final char other = key.charAt(20) == 'A' ? 'B' : 'A';
    assertFalse(
        NkeySignature.isUserKey(key.substring(0, 20) + other + key.substring(21)), "checksum");
  }

  @Test
  void shouldTakeOnlyTheKeysOwnSignatureOfThisNonce() throws Exception {
    final NKey key = NKey.createUser(null);
    assertTrue(NkeySignature.isValid(publicKey(key), NONCE, signature(key, NONCE)));
    assertFalse(NkeySignature.isValid(publicKey(key), NONCE, signature(key, NONCE + "x")));
    assertFalse(
        NkeySignature.isValid(publicKey(key), NONCE, signature(NKey.createUser(null), NONCE)));
    assertFalse(NkeySignature.isValid(publicKey(key), NONCE, ""));
    assertFalse(NkeySignature.isValid(publicKey(key), NONCE, "not base64!"));
    assertNotEquals(NONCE, NkeySignature.nonce());
  }

  @Test
  void shouldAdmitTheConfiguredKeysOnly() throws Exception {
    final NKey key = NKey.createUser(null);
    final NKey stranger = NKey.createUser(null);
    final NatsUser user = new NatsUser(publicKey(key), "");
    final NatsLogins logins = new NatsLogins(List.of(), List.of(user), "", SubjectRules.OPEN, "");
    assertTrue(logins.isRequired());
    assertEquals(
        Optional.of(user.principal()),
        logins.admit(options(publicKey(key), signature(key, NONCE)), NONCE));
    assertEquals(
        Optional.empty(), logins.admit(options(publicKey(key), signature(key, NONCE)), "other"));
    assertEquals(
        Optional.empty(),
        logins.admit(options(publicKey(stranger), signature(stranger, NONCE)), NONCE));
    assertEquals(Optional.empty(), logins.admit(new ConnectOptions(), NONCE));
    assertFalse(logins.newNonce().isEmpty());
    assertTrue(NatsLogins.ofToken("t").newNonce().isEmpty());
  }

  @Test
  void shouldRefuseToStartWithWhatIsNoKey() {
    final List<NatsUser> wrong = List.of(new NatsUser("U".repeat(56), ""));
    assertThrows(
        IllegalArgumentException.class,
        () -> new NatsLogins(List.of(), wrong, "", SubjectRules.OPEN, ""));
  }
}
