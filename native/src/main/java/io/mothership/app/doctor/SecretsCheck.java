package io.mothership.app.doctor;

import io.mothership.app.Exposure;
import io.mothership.app.SecretStrength;
import io.mothership.config.AuthorizationKeys;
import io.mothership.config.HttpKeys;
import io.mothership.config.Limits;
import io.mothership.config.MonitorKeys;
import io.mothership.config.MothershipConfig;
import io.mothership.config.NatsKeys;
import io.mothership.config.TlsKeys;
import io.mothership.config.TokenConfig;
import io.mothership.config.UserConfig;
import java.util.ArrayList;
import java.util.List;

/** Who may come in: tokens and passwords that anybody can guess, and doors without any. */
final class SecretsCheck implements Check {
  private static final String NAME = "secrets";
  private static final String REMEDY = "Set a random one: " + SecretStrength.REMEDY + ".";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<Finding> findings(final Examination examination) {
    final List<Finding> findings = new ArrayList<>();
    final MothershipConfig config = examination.config();
    httpToken(config, findings);
    natsDoor(config, findings);
    final boolean isNatsOpen = !Exposure.isLoopback(config.text(NatsKeys.HOST));
    weak(findings, isNatsOpen, "authorization.token", config.text(AuthorizationKeys.TOKEN));
    weak(
        findings,
        isNatsOpen,
        "authorization.password",
        config.text(AuthorizationKeys.PASSWORD),
        config.text(AuthorizationKeys.USER));
    for (final UserConfig user : config.users()) {
      weak(findings, isNatsOpen, "password of " + user.name(), user.password(), user.name());
    }
    final boolean isHttpOpen = !Exposure.isLoopback(config.text(HttpKeys.HOST));
    for (final TokenConfig token : config.tokens()) {
      weak(findings, isHttpOpen, "token " + token.name(), token.token(), token.name());
    }
    if (config.integer(MonitorKeys.PORT) >= 0
        && !Exposure.isLoopback(config.text(MonitorKeys.HOST))) {
      findings.add(
          Finding.warn(
              NAME,
              "monitor_host="
                  + config.text(MonitorKeys.HOST)
                  + ": other machines read /varz and /metrics there, names of streams included",
              "Set monitor_host to 127.0.0.1, or let a firewall decide who may read it."));
    }
    if (findings.isEmpty()) {
      findings.add(Finding.ok(NAME, "no default or guessed token or password"));
    }
    return findings;
  }

  private static void httpToken(final MothershipConfig config, final List<Finding> findings) {
    final String host = config.text(HttpKeys.HOST);
    final String token = config.text(HttpKeys.TOKEN);
    if (!token.equals(Limits.DEFAULT_TOKEN)) {
      weak(findings, !Exposure.isLoopback(host), "http.token", token);
    } else if (Exposure.isLoopback(host)) {
      findings.add(
          Finding.warn(
              NAME,
              "http.token is the default that everybody knows; only this machine reaches " + host,
              "Set API_BEARER_TOKEN, or http { token: … }, before others can reach it: openssl"
                  + " rand -hex 24 makes one."));
    } else {
      findings.add(
          Finding.fail(
              NAME,
              "http.token is the default that everybody knows, and http.host=" + host,
              "Set API_BEARER_TOKEN, or http { token: … }; the appliance refuses to start"
                  + " otherwise: openssl rand -hex 24 makes one."));
    }
  }

  private static void natsDoor(final MothershipConfig config, final List<Finding> findings) {
    final String host = config.text(NatsKeys.HOST);
    if (Exposure.isLoopback(host)) {
      return;
    }
    final boolean hasSecret =
        !config.text(AuthorizationKeys.TOKEN).isEmpty()
            || !config.text(AuthorizationKeys.USER).isEmpty()
            || !config.users().isEmpty();
    if (Exposure.isOpen(config)) {
      final String measured =
          "host=" + host + ": whoever reaches it publishes and subscribes to everything";
      findings.add(
          config.isOn(AuthorizationKeys.NONE)
              ? Finding.warn(
                  NAME, measured, "Set authorization { users: [ … ] }, or host to 127.0.0.1.")
              : Finding.fail(
                  NAME,
                  measured,
                  "Set authorization { users: [ … ] }, or host to 127.0.0.1; the appliance refuses"
                      + " to start otherwise, unless --no-auth says that it is meant so."));
    } else if (hasSecret && config.text(TlsKeys.CERT_FILE).isEmpty()) {
      findings.add(
          Finding.warn(
              NAME,
              "host=" + host + ": tokens and passwords travel in the clear",
              "Set tls { cert_file: …, key_file: … }, or use NKeys, which are not sent."));
    }
  }

  private static void weak(
      final List<Finding> findings,
      final boolean isReachable,
      final String what,
      final String secret,
      final String... alsoGuessed) {
    if (secret.isEmpty()) {
      return;
    }
    SecretStrength.weakness(secret, alsoGuessed)
        .ifPresent(
            weakness ->
                findings.add(
                    isReachable && SecretStrength.isGuessed(secret, alsoGuessed)
                        ? Finding.fail(
                            NAME, what + " " + weakness + ", and other machines reach it", REMEDY)
                        : Finding.warn(NAME, what + " " + weakness, REMEDY)));
  }
}
