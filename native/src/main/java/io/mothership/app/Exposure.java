package io.mothership.app;

import io.mothership.config.AuthorizationKeys;
import io.mothership.config.HttpKeys;
import io.mothership.config.Limits;
import io.mothership.config.MothershipConfig;
import io.mothership.config.NatsKeys;
import io.mothership.error.MothershipException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What may be reachable from other machines, and with which secrets. */
public final class Exposure {
  private static final Logger LOG = LoggerFactory.getLogger(Exposure.class);

  private Exposure() {}

  /**
   * Refuses an HTTP listener with the token that everybody knows on an address that others can
   * reach; says so when the NATS listener asks nobody who they are.
   */
  static void check(final MothershipConfig config, final Role role) {
    final String httpHost = config.text(HttpKeys.HOST);
    if (role == Role.APPLIANCE
        && !isLoopback(httpHost)
        && config.text(HttpKeys.TOKEN).equals(Limits.DEFAULT_TOKEN)) {
      throw new MothershipException(
          MothershipException.Category.CONFIGURATION,
          "DEFAULT_SECRET",
          "http.host="
              + httpHost
              + " can be reached from other machines, but http.token is the default that everybody"
              + " knows: set API_BEARER_TOKEN, or http { token: … } in the file");
    }
    final String natsHost = config.text(NatsKeys.HOST);
    if (role == Role.APPLIANCE
        && !isLoopback(natsHost)
        && config.text(AuthorizationKeys.USER).isEmpty()
        && config.text(AuthorizationKeys.TOKEN).isEmpty()
        && config.users().isEmpty()
        && config.keyUsers().isEmpty()) {
      LOG.warn(
          "host={}: whoever reaches this address may publish and subscribe to everything; set"
              + " authorization {{ … }}",
          natsHost);
    }
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
