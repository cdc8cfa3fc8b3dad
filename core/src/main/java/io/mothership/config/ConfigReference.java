package io.mothership.config;

import java.util.stream.Collectors;

/** The reference page of all keys, made from the table. */
public final class ConfigReference {
  private ConfigReference() {}

  /** {@code docs/reference/configuration.md}. */
  public static String markdown() {
    final StringBuilder page = new StringBuilder();
    page.append(
        """
        # Configuration

        Made from the keys in `ConfigTable` by `mothership config reference`; a test keeps it current.

        Values come from four places, the later one winning: defaults, the file (`-c nats.conf`, in NATS
        configuration syntax), the environment (with a `.env` file in the working directory below it), the
        command line. `mothership config show` prints each value in force with its source,
        `mothership config check` only says what is wrong. Whatever is wrong is reported together, with file
        and line; then nothing is started and the exit code is 78.

        A dot in a key enters a block: `storage.data_dir` is `storage { data_dir: … }`. Every key can also be
        set with `--set KEY=VALUE` and as `MOTHERSHIP_…` in the environment (upper case, dots as
        underscores); the table names the shorter ones.

        Sizes: `64k` is 64,000 bytes, `64KB` 65,536; `MB`, `GB`, `TB` likewise. Durations: `100ms`, `2m`,
        `1h30m`; a bare number is seconds. `listen: HOST:PORT` sets `host` and `port`, also in `http {}`.
        `authorization { users: [ { user: …, password: …, permissions: { publish: …, subscribe: … } } ] }`
        lists several users, and `http { tokens: [ { name: …, token: … } ] }` bearer tokens besides `http.token`; both
        take `organizations: [ … ], role: …` ([who may what](../operating/security.md)). Keys of nats-server that
        stand for something that is not here are refused with a message. As there,
        0 is the default of `max_payload`, `max_control_line`, `max_connections`,
        `max_pending`, `ping_interval`, `ping_max`, `write_deadline`, and -1 of the first four the most there is.

        SIGHUP (`systemctl reload mothership`) reads everything again. Keys marked ↻, users and tokens come into
        force then, for limits and timeouts on new connections; a change of another key is logged and waits for a
        restart. A configuration that is wrong somewhere changes nothing.

        | key | value | default | environment | option | meaning |
        |---|---|---|---|---|---|
        """);
    for (final ConfigKey key : ConfigTable.keys()) {
      page.append("| `")
          .append(key.fileKey())
          .append(key.isReloadable() ? "` ↻ | " : "` | ")
          .append(value(key))
          .append(" | ")
          .append(key.defaultText().isEmpty() ? "" : "`" + key.defaultText() + "`")
          .append(" | ")
          .append(
              key.environmentNames().stream()
                  .skip(1)
                  .map(name -> "`" + name + "`")
                  .collect(Collectors.joining(", ")))
          .append(" | ")
          .append(key.cliOption().isEmpty() ? "" : "`" + key.cliOption() + "`")
          .append(" | ")
          .append(key.doc())
          .append(" |\n");
    }
    return page.toString();
  }

  private static String value(final ConfigKey key) {
    return switch (key.type()) {
      case COUNT, SIZE, DURATION ->
          key.type().words()
              + ", "
              + key.type().text(key.min())
              + " to "
              + key.type().text(key.max());
      case CHOICE -> String.join(", ", key.choices().stream().map(c -> "`" + c + "`").toList());
      default -> key.type().words();
    };
  }
}
