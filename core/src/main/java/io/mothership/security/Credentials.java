package io.mothership.security;

/** What somebody shows to prove who they are. None of them shows its secret as text. */
public sealed interface Credentials {

  /** A token that says it all: HTTP's {@code Authorization: Bearer}. */
  record Bearer(String token) implements Credentials {
    @Override
    public String toString() {
      return "Bearer[]";
    }
  }

  /**
   * A name and its password.
   *
   * @param user empty for NATS' {@code auth_token}, which is a password without a name
   */
  record Password(String user, String password) implements Credentials {
    @Override
    public String toString() {
      return "Password[user=" + user + "]";
    }
  }

  /**
   * A public NKey, and the signature that proves to have the secret one.
   *
   * @param nonce what the head asked to be signed
   * @param signature in base64
   */
  record Nkey(String publicKey, String nonce, String signature) implements Credentials {}

  /**
   * A client certificate, which the head has verified.
   *
   * @param subject its distinguished name
   */
  record Certificate(String subject) implements Credentials {}

  /** Nothing. Whether that is enough depends on the door. */
  record None(Door door) implements Credentials {}
}
