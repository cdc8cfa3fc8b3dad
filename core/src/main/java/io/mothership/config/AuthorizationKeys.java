package io.mothership.config;

import java.util.List;

/** Who may connect. */
public final class AuthorizationKeys {
  private static final KeyRows ROWS = new KeyRows();

  public static final ConfigKey USER =
      ROWS.text("authorization.user")
          .option("--user")
          .alias("authorization.username")
          .reloadable()
          .doc("The one user name; see also `users`.");

  public static final ConfigKey PASSWORD =
      ROWS.secret("authorization.password")
          .option("--pass")
          .alias("authorization.pass")
          .reloadable()
          .doc("Password of that user.");

  public static final ConfigKey TOKEN =
      ROWS.secret("authorization.token")
          .option("--auth")
          .reloadable()
          .doc("Token NATS clients show instead of a user.");

  public static final ConfigKey TIMEOUT =
      ROWS.duration("authorization.timeout")
          .byDefault("2s")
          .range(1_000_000L, 60_000_000_000L)
          .reloadable()
          .doc("How long a client has to say who it is.");

  public static final ConfigKey NONE =
      ROWS.flag("authorization.none")
          .byDefault("false")
          .option("--no-auth")
          .reloadable()
          .doc(
              "Lets in whoever reaches the NATS listener without users, user or token, on an"
                  + " address that other machines reach; otherwise that is refused. `mothership"
                  + " broker` is open as nats-server is.");

  private AuthorizationKeys() {}

  static List<ConfigKey> rows() {
    return ROWS.keys();
  }
}
