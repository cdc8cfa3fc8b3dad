package io.mothership.transport.nats;

import io.mothership.security.OrganizationScope;
import io.mothership.security.Principal;
import io.mothership.security.Role;
import io.mothership.security.SubjectRules;
import java.time.Instant;
import java.util.Set;

/**
 * Somebody who may log in, and belongs to no organization in particular.
 *
 * @param name or public NKey
 * @param secret password or token, in plain text
 * @param rules what it may publish and subscribe to
 */
public record NatsUser(String name, String secret, SubjectRules rules) {

  /** A user without restrictions. */
  public NatsUser(final String name, final String secret) {
    this(name, secret, SubjectRules.OPEN);
  }

  Principal principal() {
    return new Principal(
        name, Principal.Kind.USER, OrganizationScope.all(), Set.of(Role.ADMIN), rules, Instant.MAX);
  }

  @Override
  public String toString() {
    return "NatsUser[name=" + name + "]";
  }
}
