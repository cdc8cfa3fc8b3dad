package io.mothership.transport.nats;

import io.mothership.security.SubjectRules;

/**
 * Somebody who may log in.
 *
 * @param name empty for a token's bearer
 * @param secret password or token, in plain text
 * @param rules what it may publish and subscribe to
 */
public record NatsUser(String name, String secret, SubjectRules rules) {

  /** A user without restrictions. */
  public NatsUser(final String name, final String secret) {
    this(name, secret, SubjectRules.OPEN);
  }

  @Override
  public String toString() {
    return "NatsUser[name=" + name + "]";
  }
}
