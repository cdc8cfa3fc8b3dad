package io.mothership.config;

import io.mothership.config.ConfigNode.Block;
import io.mothership.config.ConfigNode.Entry;
import io.mothership.config.ConfigNode.Place;
import io.mothership.config.ConfigNode.Scalar;
import io.mothership.config.ConfigNode.Sequence;
import io.mothership.config.UserConfig.SubjectRules;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a configuration file says, by key. Knows nats-server's other names for keys, and which of
 * its features are not here: those are refused, never passed over.
 */
final class FileValues {
  /** Of nats-server, and not here (yet). */
  private static final Map<String, String> MISSING =
      Map.ofEntries(
          Map.entry("accounts", "accounts are not supported yet: every client is in account $G"),
          Map.entry("system_account", "accounts are not supported yet"),
          Map.entry("no_auth_user", "accounts are not supported yet"),
          Map.entry("cluster", "one appliance is one server: there are no clusters"),
          Map.entry("gateway", "one appliance is one server: there are no gateways"),
          Map.entry("leafnodes", "leaf nodes are not supported"),
          Map.entry("leaf", "leaf nodes are not supported"),
          Map.entry("websocket", "NATS over WebSocket is not supported yet"),
          Map.entry("ws", "NATS over WebSocket is not supported yet"),
          Map.entry("http_base_path", "a base path of monitoring is not supported yet"),
          Map.entry("feature_flags", "features of nats-server cannot be switched here"),
          Map.entry("mqtt", "MQTT is not supported yet"),
          Map.entry("operator", "JWT authentication is not supported yet"),
          Map.entry("resolver", "JWT authentication is not supported yet"),
          Map.entry("resolver_preload", "JWT authentication is not supported yet"),
          Map.entry("trusted_keys", "JWT authentication is not supported yet"),
          Map.entry("https_port", "HTTPS is not supported yet"),
          Map.entry("https", "HTTPS is not supported yet"),
          Map.entry("authorization.auth_callout", "authentication callouts are not supported yet"),
          Map.entry("authorization.auth_hook", "authentication callouts are not supported yet"),
          Map.entry("remote_syslog", "logging to syslog is not supported: see `log_file`"),
          Map.entry("jetstream.key", "encryption at rest is not supported yet"),
          Map.entry("jetstream.encryption_key", "encryption at rest is not supported yet"),
          Map.entry("jetstream.cipher", "encryption at rest is not supported yet"));

  /** Of nats-server, and without a meaning here: they change nothing a client could see. */
  private static final Set<String> WITHOUT_EFFECT =
      Set.of(
          "logtime",
          "log_time",
          "logtime_utc",
          "log_size_limit",
          "logfile_size_limit",
          "log_max_num",
          "logfile_max_num",
          "connect_error_reports",
          "reconnect_error_reports",
          "prof_port",
          "prof_block_rate",
          "server_tags",
          "server_metadata",
          "client_advertise",
          "trace_verbose",
          "trace_headers",
          "max_traced_msg_len",
          "max_closed_clients",
          "disable_sublist_cache",
          "no_sublist_cache",
          "no_system_account",
          "no_system",
          "no_sys_acc",
          "no_fast_producer_stall",
          "jetstream.unique_tag",
          "jetstream.request_queue_limit");

  private static final Set<String> DEFAULT_PERMISSIONS =
      Set.of("default_permissions", "default_permission", "permissions");

  private final ConfigProblems problems;
  private final Map<ConfigKey, Scalar> values = new LinkedHashMap<>();
  private final List<UserConfig> users = new ArrayList<>();
  private final List<UserConfig> keyUsers = new ArrayList<>();
  private final List<TokenConfig> tokens = new ArrayList<>();
  private final GrantValues grants;
  private Permissions defaultPermissions = Permissions.ALL;

  private FileValues(final ConfigProblems problems) {
    this.problems = problems;
    this.grants = new GrantValues(problems);
  }

  private record Permissions(SubjectRules publish, SubjectRules subscribe) {
    private static final Permissions ALL = new Permissions(SubjectRules.ALL, SubjectRules.ALL);
  }

  static FileValues read(
      final Path file, final Map<String, String> environment, final ConfigProblems problems) {
    return of(ConfigDecoder.decode(file, environment, problems.list()), problems);
  }

  static FileValues of(final Block root, final ConfigProblems problems) {
    final FileValues found = new FileValues(problems);
    found.block("", root);
    return found;
  }

  Map<ConfigKey, Scalar> values() {
    return values;
  }

  List<UserConfig> users() {
    return users;
  }

  /** Users by NKey: the name is the public key. */
  List<UserConfig> keyUsers() {
    return keyUsers;
  }

  /** Bearer tokens besides the one that may do everything. */
  List<TokenConfig> tokens() {
    return tokens;
  }

  /**
   * Whom the token, or the one user name, admits: no name, no password, the default permissions.
   */
  UserConfig unlisted() {
    return new UserConfig("", "", defaultPermissions.publish(), defaultPermissions.subscribe());
  }

  private void block(final String prefix, final Block block) {
    for (final Entry entry : block.entries().values()) {
      entry(prefix.isEmpty() ? entry.key() : prefix + "." + entry.key(), entry, block);
    }
  }

  private void entry(final String written, final Entry entry, final Block block) {
    final String name = written.toLowerCase(Locale.ROOT);
    final ConfigNode value = entry.value();
    if (MISSING.containsKey(name)) {
      problems.add(entry.place().toString(), written + ": " + MISSING.get(name));
      return;
    }
    switch (name) {
      case "listen" -> address(written, value, NatsKeys.HOST, NatsKeys.PORT);
      case "http.listen" -> address(written, value, HttpKeys.HOST, HttpKeys.PORT);
      case "monitor_listen" -> address(written, value, MonitorKeys.HOST, MonitorKeys.PORT);
      case "http" -> {
        if (value instanceof final Block http) {
          block(name, http);
        } else {
          address(written, value, MonitorKeys.HOST, MonitorKeys.PORT);
        }
      }
      case "jetstream" -> {
        if (value instanceof final Block jetStream) {
          put(written, JetStreamKeys.ENABLED, new Scalar(entry.place(), "true", false));
          block(name, jetStream);
        } else {
          put(written, JetStreamKeys.ENABLED, value);
        }
      }
      case "jetstream.enabled", "jetstream.enable" -> {
        values.remove(JetStreamKeys.ENABLED);
        put(written, JetStreamKeys.ENABLED, value);
      }
      case "jetstream.sync_interval", "jetstream.sync" -> sync(written, value);
      case "syslog" -> syslog(written, value);
      case "debug" -> logLevel(written, value, "debug");
      case "trace" -> logLevel(written, value, "trace");
      case "authorization.users" -> users(written, value);
      case "http.tokens" -> tokens.addAll(grants.tokens(written, value));
      case "authorization.default_permissions",
          "authorization.default_permission",
          "authorization.permissions" -> {
        // Read before the users, whom it is for.
      }
      default -> other(written, name, entry, block);
    }
  }

  private void inner(final String written, final String name, final Entry entry) {
    if (entry.value() instanceof final Block inner) {
      if (name.equals("authorization")) {
        for (final Entry member : inner.entries().values()) {
          if (DEFAULT_PERMISSIONS.contains(member.key().toLowerCase(Locale.ROOT))) {
            defaultPermissions = permissions(member);
          }
        }
      }
      block(name, inner);
    } else {
      problems.add(entry.place().toString(), written + ": expected { … }");
    }
  }

  private void other(
      final String written, final String name, final Entry entry, final Block block) {
    final Optional<ConfigKey> key = ConfigTable.keyOrAlias(name);
    if (key.isPresent()) {
      put(written, key.get(), entry.value());
    } else if (ConfigTable.isBlock(name)) {
      inner(written, name, entry);
    } else if (!WITHOUT_EFFECT.contains(name) && !block.isVariable(entry)) {
      problems.add(
          entry.place().toString(), "unknown key " + MothershipConfig.cut(written) + hint(name));
    }
  }

  private static String hint(final String name) {
    final String last = name.substring(name.lastIndexOf('.') + 1);
    for (final ConfigKey key : ConfigTable.keys()) {
      if (key.fileKey().endsWith("." + last) || last.equals(key.fileKey())) {
        return " (did you mean " + key.fileKey() + "?)";
      }
    }
    return "";
  }

  private void put(final String written, final ConfigKey key, final ConfigNode value) {
    if (!(value instanceof final Scalar scalar)) {
      problems.add(value.place().toString(), written + ": expected one value");
      return;
    }
    final Scalar before = values.put(key, scalar);
    if (before != null) {
      problems.add(
          value.place().toString(), written + " is already set at line " + before.place().line());
    }
  }

  /** {@code HOST:PORT}, {@code :PORT} or {@code PORT}. */
  private void address(
      final String written, final ConfigNode value, final ConfigKey host, final ConfigKey port) {
    if (!(value instanceof final Scalar scalar)) {
      problems.add(value.place().toString(), written + ": expected HOST:PORT");
      return;
    }
    final Map<ConfigKey, String> parts = new LinkedHashMap<>();
    try {
      parts.putAll(HostAndPort.split(scalar.text(), host, port));
    } catch (final IllegalArgumentException e) {
      problems.add(value.place().toString(), written + ": " + e.getMessage());
    }
    parts.forEach((key, text) -> put(written, key, new Scalar(value.place(), text, true)));
  }

  /** nats-server has one key, and two names for it, where we have two keys. */
  private void sync(final String written, final ConfigNode value) {
    final boolean isPolicy =
        value instanceof final Scalar scalar
            && JetStreamKeys.SYNC.choices().contains(scalar.text());
    put(written, isPolicy ? JetStreamKeys.SYNC : JetStreamKeys.SYNC_INTERVAL, value);
  }

  private void syslog(final String written, final ConfigNode value) {
    if (!(value instanceof final Scalar scalar) || !scalar.text().equalsIgnoreCase("false")) {
      problems.add(
          value.place().toString(),
          written + ": logging to syslog is not supported: see `log_file`");
    }
  }

  private void logLevel(final String written, final ConfigNode value, final String level) {
    if (!(value instanceof final Scalar scalar)) {
      problems.add(value.place().toString(), written + ": expected true or false");
      return;
    }
    try {
      if (ConfigType.SWITCH.number(scalar.text()) != 0) {
        final Scalar before = values.get(ProcessKeys.LOG_LEVEL);
        if (before == null || level.equals("trace")) {
          values.put(ProcessKeys.LOG_LEVEL, new Scalar(value.place(), level, true));
        }
      }
    } catch (final IllegalArgumentException e) {
      problems.add(value.place().toString(), written + ": " + e.getMessage());
    }
  }

  private void users(final String written, final ConfigNode value) {
    if (!(value instanceof final Sequence sequence)) {
      problems.add(value.place().toString(), written + ": expected [ { user: …, password: … } … ]");
      return;
    }
    for (final ConfigNode element : sequence.elements()) {
      if (element instanceof final Block user) {
        user(user);
      } else {
        problems.add(element.place().toString(), written + ": expected { user: …, password: … }");
      }
    }
  }

  private void user(final Block block) {
    String name = "";
    String password = "";
    String key = "";
    Permissions permissions = defaultPermissions;
    for (final Entry entry : block.entries().values()) {
      switch (entry.key().toLowerCase(Locale.ROOT)) {
        case "user", "username" -> name = text(entry);
        case "password", "pass" -> password = text(entry);
        case "permissions", "permission", "authorization" -> permissions = permissions(entry);
        case "nkey" -> key = text(entry);
        default -> {
          if (!GrantValues.isPart(entry.key())) {
            unknown(block, entry, "users." + entry.key());
          }
        }
      }
    }
    final GrantConfig grant = grants.grant(block);
    final Place place = block.place();
    if (!key.isEmpty()) {
      if (!key.matches("U[A-Z2-7]{55}")) {
        problems.add(place.toString(), "nkey: expected the public key of a user");
      }
      if (!name.isEmpty() || !password.isEmpty()) {
        problems.add(place.toString(), "a user with an nkey has no name and no password");
      }
      keyUsers.add(new UserConfig(key, "", permissions.publish(), permissions.subscribe(), grant));
      return;
    }
    if (name.isEmpty()) {
      problems.add(place.toString(), "a user needs a name or an nkey");
    }
    if (LoginRules.isHash(password)) {
      problems.add(place.toString(), LoginRules.HASHES);
    }
    users.add(
        new UserConfig(name, password, permissions.publish(), permissions.subscribe(), grant));
  }

  private Permissions permissions(final Entry entry) {
    SubjectRules publish = SubjectRules.ALL;
    SubjectRules subscribe = SubjectRules.ALL;
    if (entry.value() instanceof final Block block) {
      for (final Entry rule : block.entries().values()) {
        switch (rule.key().toLowerCase(Locale.ROOT)) {
          case "publish", "pub" -> publish = rules(rule);
          case "subscribe", "sub" -> subscribe = rules(rule);
          default -> unknown(block, rule, entry.key() + "." + rule.key());
        }
      }
    } else {
      problems.add(entry.place().toString(), entry.key() + ": expected { publish … subscribe … }");
    }
    return new Permissions(publish, subscribe);
  }

  private SubjectRules rules(final Entry entry) {
    if (!(entry.value() instanceof final Block block)) {
      return new SubjectRules(subjects(entry), List.of());
    }
    List<String> allow = List.of();
    List<String> deny = List.of();
    for (final Entry inner : block.entries().values()) {
      switch (inner.key().toLowerCase(Locale.ROOT)) {
        case "allow" -> allow = subjects(inner);
        case "deny" -> deny = subjects(inner);
        default -> unknown(block, inner, entry.key() + "." + inner.key());
      }
    }
    return new SubjectRules(allow, deny);
  }

  private List<String> subjects(final Entry entry) {
    return switch (entry.value()) {
      case final Scalar one -> List.of(one.text());
      case final Sequence several ->
          several.elements().stream()
              .filter(Scalar.class::isInstance)
              .map(element -> ((Scalar) element).text())
              .toList();
      case final Block block -> {
        problems.add(entry.place().toString(), entry.key() + ": expected subjects");
        yield List.of();
      }
    };
  }

  private String text(final Entry entry) {
    if (entry.value() instanceof final Scalar scalar) {
      return scalar.text();
    }
    problems.add(entry.place().toString(), entry.key() + ": expected one value");
    return "";
  }

  private void unknown(final Block block, final Entry entry, final String name) {
    if (!block.isVariable(entry)) {
      problems.add(entry.place().toString(), "unknown key " + MothershipConfig.cut(name));
    }
  }
}
