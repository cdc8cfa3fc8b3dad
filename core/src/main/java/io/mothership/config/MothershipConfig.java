package io.mothership.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The values in force, each with where it came from. Defaults, then the file, then the environment,
 * then the command line: the later one wins.
 *
 * <p><i>Thread:</i> any; never changes.
 */
public final class MothershipConfig {
  private static final String DEFAULT = "default";
  private static final Pattern PLAIN = Pattern.compile("[\\p{L}\\p{N}*._:/@%+-]+");

  private final Map<ConfigKey, Value> values;
  private final List<UserConfig> users;
  private final List<UserConfig> keyUsers;
  private final UserConfig unlisted;
  private final List<TokenConfig> tokens;

  private MothershipConfig(
      final Map<ConfigKey, Value> values,
      final List<UserConfig> users,
      final List<UserConfig> keyUsers,
      final UserConfig unlisted,
      final List<TokenConfig> tokens) {
    this.values = values;
    this.users = users;
    this.keyUsers = keyUsers;
    this.unlisted = unlisted;
    this.tokens = tokens;
  }

  private record Value(String text, String source) {}

  /**
   * Where values come from.
   *
   * @param file the configuration file, if there is one
   * @param environment the process's environment
   * @param dotEnv a {@code .env} file; used where it exists, and weaker than {@code environment}
   * @param commandLine what options say, by key
   */
  public record Inputs(
      Optional<Path> file,
      Map<String, String> environment,
      Optional<Path> dotEnv,
      Map<ConfigKey, String> commandLine) {}

  /**
   * Reads and checks everything.
   *
   * @throws io.mothership.error.MothershipException {@code CONFIG_INVALID} with all problems, one a
   *     line
   */
  public static MothershipConfig load(final Inputs inputs) {
    final ConfigProblems problems = new ConfigProblems();
    final Map<ConfigKey, Value> values = new LinkedHashMap<>();
    for (final ConfigKey key : ConfigTable.keys()) {
      values.put(key, new Value(key.defaultText(), DEFAULT));
    }
    final Map<String, String> environment = new LinkedHashMap<>();
    inputs.dotEnv().ifPresent(file -> environment.putAll(dotEnv(file, problems)));
    environment.putAll(inputs.environment());
    List<UserConfig> users = List.of();
    List<UserConfig> keyUsers = List.of();
    UserConfig unlisted = UserConfig.UNLISTED;
    List<TokenConfig> tokens = List.of();
    if (inputs.file().isPresent()) {
      final FileValues fromFile = FileValues.read(inputs.file().get(), environment, problems);
      fromFile
          .values()
          .forEach(
              (key, found) -> set(values, problems, key, found.text(), found.place().toString()));
      users = fromFile.users();
      keyUsers = fromFile.keyUsers();
      unlisted = fromFile.unlisted();
      tokens = fromFile.tokens();
    }
    for (final ConfigKey key : ConfigTable.keys()) {
      // The more specific name comes first and is set last.
      for (final String name : key.environmentNames().reversed()) {
        final String text = environment.get(name);
        if (text != null && !text.isBlank()) {
          set(values, problems, key, text.strip(), "environment " + name);
        }
      }
    }
    inputs.commandLine().forEach((key, text) -> set(values, problems, key, text, "command line"));
    final MothershipConfig config = new MothershipConfig(values, users, keyUsers, unlisted, tokens);
    if (problems.list().isEmpty()) {
      Limits.check(config, problems);
    }
    problems.throwIfAny();
    return config;
  }

  /**
   * What is in force when {@code wanted} has been loaded while this runs: its users and its values
   * of reloadable keys, and the values of now for all others.
   *
   * @throws io.mothership.error.MothershipException {@code CONFIG_INVALID} if the two do not go
   *     together
   */
  public MothershipConfig reloaded(final MothershipConfig wanted) {
    final Map<ConfigKey, Value> merged = new LinkedHashMap<>(values);
    for (final ConfigKey key : ConfigTable.keys()) {
      if (key.isReloadable()) {
        merged.put(key, wanted.values.get(key));
      }
    }
    final MothershipConfig config =
        new MothershipConfig(merged, wanted.users, wanted.keyUsers, wanted.unlisted, wanted.tokens);
    final ConfigProblems problems = new ConfigProblems();
    Limits.check(config, problems);
    problems.throwIfAny();
    return config;
  }

  /** The keys that have another value in {@code other}. */
  public List<ConfigKey> differences(final MothershipConfig other) {
    return values.keySet().stream().filter(key -> !text(key).equals(other.text(key))).toList();
  }

  /** Whether the same users have the same passwords and rights in {@code other}. */
  public boolean hasSameUsers(final MothershipConfig other) {
    return users.equals(other.users)
        && keyUsers.equals(other.keyUsers)
        && unlisted.equals(other.unlisted)
        && tokens.equals(other.tokens);
  }

  private static void set(
      final Map<ConfigKey, Value> values,
      final ConfigProblems problems,
      final ConfigKey key,
      final String text,
      final String source) {
    try {
      values.put(key, new Value(key.checked(text), source));
    } catch (final IllegalArgumentException e) {
      final String shown = key.isSecret() ? "" : "=" + cut(text);
      problems.add(source, key.fileKey() + shown + ": " + e.getMessage());
    }
  }

  private static Map<String, String> dotEnv(final Path file, final ConfigProblems problems) {
    final Map<String, String> found = new LinkedHashMap<>();
    if (!Files.isRegularFile(file)) {
      return found;
    }
    try {
      for (final String line : Files.readAllLines(file)) {
        final String text = line.strip().replaceFirst("^export\\s+", "");
        final int equals = text.indexOf('=');
        if (equals > 0 && text.charAt(0) != '#') {
          found.put(
              text.substring(0, equals).strip(), unquoted(text.substring(equals + 1).strip()));
        }
      }
    } catch (final IOException e) {
      problems.add(file.toString(), "cannot be read: " + e.getMessage());
    }
    return found;
  }

  private static String unquoted(final String text) {
    if (!text.isEmpty() && (text.charAt(0) == '"' || text.charAt(0) == '\'')) {
      final int end = text.indexOf(text.charAt(0), 1);
      if (end > 0) {
        return text.substring(1, end);
      }
    }
    final int comment = text.indexOf(" #");
    return comment < 0 ? text : text.substring(0, comment).strip();
  }

  /** The value as text; empty if none was set and there is no default. */
  public String text(final ConfigKey key) {
    return values.get(key).text();
  }

  /** A count, bytes or nanoseconds. */
  public long number(final ConfigKey key) {
    return key.type().number(text(key));
  }

  /** A {@link #number} that is known to fit. */
  public int integer(final ConfigKey key) {
    return Math.toIntExact(number(key));
  }

  public boolean isOn(final ConfigKey key) {
    return number(key) != 0;
  }

  /** The path, if one is set. */
  public Optional<Path> path(final ConfigKey key) {
    final String text = text(key);
    return text.isEmpty() ? Optional.empty() : Optional.of(Path.of(text));
  }

  /** {@code default}, {@code file:line}, {@code environment NAME} or {@code command line}. */
  public String source(final ConfigKey key) {
    return values.get(key).source();
  }

  /** Whether anybody set it. */
  public boolean isSet(final ConfigKey key) {
    return !source(key).equals(DEFAULT);
  }

  /** The value as it may be shown: secrets are masked. */
  public String shown(final ConfigKey key) {
    final String text = text(key);
    if (key.isSecret()) {
      return text.isEmpty() ? "" : "********";
    }
    return key.type().isNumber() ? key.type().text(key.type().number(text)) : text;
  }

  /** Users of the {@code authorization} block. */
  public List<UserConfig> users() {
    return users;
  }

  /** Users of the {@code authorization} block that prove an NKey: the name is the public key. */
  public List<UserConfig> keyUsers() {
    return keyUsers;
  }

  /** Bearer tokens of the {@code http} block, besides the one that may do everything. */
  public List<TokenConfig> tokens() {
    return tokens;
  }

  /** What whoever is admitted by the token, or as the one user, may do; it has no name. */
  public UserConfig unlisted() {
    return unlisted;
  }

  /** All values with their sources, one a line, in the syntax of the file. */
  public List<String> lines() {
    final List<String> lines = new ArrayList<>();
    for (final ConfigKey key : ConfigTable.keys()) {
      final String shown = shown(key);
      lines.add("%-50s # %s".formatted(key.fileKey() + ": " + written(shown), source(key)));
    }
    for (final UserConfig user : users) {
      lines.add("# user " + user.name() + ", password ********, " + user.grant());
    }
    for (final UserConfig key : keyUsers) {
      lines.add("# user with nkey " + key.name() + ", " + key.grant());
    }
    for (final TokenConfig token : tokens) {
      lines.add("# token " + token.name() + ", ********, " + token.grant());
    }
    return lines;
  }

  /** As it must be written in the file: quoted unless it is one plain word. */
  private static String written(final String text) {
    if (PLAIN.matcher(text).matches()) {
      return text;
    }
    final StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      final char c = text.charAt(i);
      switch (c) {
        case '\n' -> quoted.append("\\n");
        case '\r' -> quoted.append("\\r");
        case '\t' -> quoted.append("\\t");
        case '"', '\\' -> quoted.append('\\').append(c);
        default -> quoted.append(c);
      }
    }
    return quoted.append('"').toString();
  }

  static String cut(final String text) {
    final StringBuilder shown = new StringBuilder();
    for (int i = 0; i < Math.min(text.length(), 32); i++) {
      final char c = text.charAt(i);
      shown.append(c < ' ' ? '?' : c);
    }
    return text.length() > 32 ? shown + "…" : shown.toString();
  }
}
