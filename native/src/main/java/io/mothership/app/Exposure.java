package io.mothership.app;

import io.mothership.config.AuthorizationKeys;
import io.mothership.config.HttpKeys;
import io.mothership.config.Limits;
import io.mothership.config.MothershipConfig;
import io.mothership.config.NatsKeys;
import io.mothership.config.TokenConfig;
import io.mothership.error.MothershipException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What may be reachable from other machines, and with which secrets. A plain broker is as open as
 * nats-server.
 */
public final class Exposure {
  private static final Logger LOG = LoggerFactory.getLogger(Exposure.class);

  private Exposure() {}

  /**
   * Refuses what would let in whoever reaches an address that other machines reach: an HTTP
   * listener with a token that is known or soon found out, and a NATS listener that asks nobody who
   * they are unless {@code authorization.none} wants that.
   */
  static void check(final MothershipConfig config, final Role role) {
    if (role != Role.APPLIANCE) {
      return;
    }
    final String httpHost = config.text(HttpKeys.HOST);
    if (!isLoopback(httpHost)) {
      checkHttp(config, httpHost);
    }
    final String natsHost = config.text(NatsKeys.HOST);
    if (!isLoopback(natsHost) && isOpen(config) && !config.isOn(AuthorizationKeys.NONE)) {
      throw refused(
          "NO_AUTHORIZATION",
          "host="
              + natsHost
              + " can be reached from other machines, and whoever reaches it could publish and"
              + " subscribe to everything: set authorization { users: [ … ] } or { token: … } in"
              + " the file, or say that it is meant so with --no-auth");
    }
  }

  private static void checkHttp(final MothershipConfig config, final String host) {
    final String token = config.text(HttpKeys.TOKEN);
    if (token.equals(Limits.DEFAULT_TOKEN)) {
      throw refused(
          "DEFAULT_SECRET",
          "http.host="
              + host
              + " can be reached from other machines, but http.token is the default that everybody"
              + " knows: set API_BEARER_TOKEN, or http { token: … } in the file");
    }
    requireStrong(host, "http.token", token);
    for (final TokenConfig scoped : config.tokens()) {
      requireStrong(host, "token " + scoped.name(), scoped.token(), scoped.name());
    }
  }

  private static void requireStrong(
      final String host, final String what, final String secret, final String... others) {
    SecretStrength.weakness(secret, others)
        .ifPresent(
            weakness -> {
              throw refused(
                  "WEAK_SECRET",
                  "http.host="
                      + host
                      + " can be reached from other machines, but "
                      + what
                      + " "
                      + weakness
                      + ": "
                      + SecretStrength.REMEDY);
            });
  }

  private static MothershipException refused(final String code, final String message) {
    return new MothershipException(MothershipException.Category.CONFIGURATION, code, message);
  }

  /** Says at a start what is open on purpose, or until somebody closes it. */
  static void announce(final MothershipConfig config, final Role role) {
    if (role != Role.APPLIANCE) {
      return;
    }
    if (config.text(HttpKeys.TOKEN).equals(Limits.DEFAULT_TOKEN)) {
      LOG.warn(
          "http.token is the default that everybody knows, \"{}\": whoever may use this machine may"
              + " do everything; set API_BEARER_TOKEN ({})",
          Limits.DEFAULT_TOKEN,
          SecretStrength.REMEDY);
    }
    final String natsHost = config.text(NatsKeys.HOST);
    if (!isLoopback(natsHost) && isOpen(config)) {
      LOG.warn(
          "host={}: whoever reaches this address may publish and subscribe to everything, as"
              + " authorization.none wants it",
          natsHost);
    }
  }

  /** Whether the NATS listener asks nobody who they are. */
  public static boolean isOpen(final MothershipConfig config) {
    return config.text(AuthorizationKeys.USER).isEmpty()
        && config.text(AuthorizationKeys.TOKEN).isEmpty()
        && config.users().isEmpty()
        && config.keyUsers().isEmpty();
  }

  /** Whether only this machine reaches an address; an unknown name may be reached by anybody. */
  public static boolean isLoopback(final String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (final UnknownHostException e) {
      // Binding will say so.
      return false;
    }
  }
}
