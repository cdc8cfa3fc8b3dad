package io.mothership.config;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What the configuration may say of who is admitted. Whatever could be read in two ways is refused
 * with nats-server's words, wherever its parts come from: obeyed by half, somebody would be
 * admitted or locked out against the intention.
 */
final class LoginRules {
  static final String HASHES = "bcrypt hashes of passwords are not supported yet";

  private static final String NOT_EMPTY = "must not be empty";
  private static final Pattern HASH = Pattern.compile("\\$2[abxy]\\$\\d{2}\\$.*", Pattern.DOTALL);

  private LoginRules() {}

  /** Whether nats-server would compare with this by bcrypt; as a password it would admit itself. */
  static boolean isHash(final String secret) {
    return HASH.matcher(secret).matches();
  }

  static void check(final MothershipConfig config, final ConfigProblems problems) {
    final boolean hasUser = !config.text(AuthorizationKeys.USER).isEmpty();
    final boolean hasPassword = !config.text(AuthorizationKeys.PASSWORD).isEmpty();
    final boolean hasToken = !config.text(AuthorizationKeys.TOKEN).isEmpty();
    final boolean hasUsers = !config.users().isEmpty() || !config.keyUsers().isEmpty();
    Limits.require(
        hasUser == hasPassword,
        problems,
        config,
        AuthorizationKeys.USER,
        "needs authorization.password, and the other way round");
    refuse(
        (hasUser || hasPassword) && hasToken,
        problems,
        config,
        AuthorizationKeys.TOKEN,
        "Cannot have a user/pass and token");
    refuse(
        hasUser && hasUsers,
        problems,
        config,
        AuthorizationKeys.USER,
        "Can not have a single user/pass and a users array");
    refuse(
        hasToken && hasUsers,
        problems,
        config,
        AuthorizationKeys.TOKEN,
        "Can not have a token and a users array");
    checkNames(config.users(), "user", problems);
    checkNames(config.keyUsers(), "nkey", problems);
    for (final ConfigKey key :
        List.of(AuthorizationKeys.PASSWORD, AuthorizationKeys.TOKEN, HttpKeys.TOKEN)) {
      refuse(isHash(config.text(key)), problems, config, key, HASHES);
    }
    refuse(config.text(HttpKeys.TOKEN).isBlank(), problems, config, HttpKeys.TOKEN, NOT_EMPTY);
    // Quite empty it is none, as for nats-server, and as an unset one is shown.
    final String token = config.text(AuthorizationKeys.TOKEN);
    refuse(
        token.isBlank() && !token.isEmpty(), problems, config, AuthorizationKeys.TOKEN, NOT_EMPTY);
  }

  private static void checkNames(
      final List<UserConfig> users, final String kind, final ConfigProblems problems) {
    final Set<String> names = new HashSet<>();
    for (final UserConfig user : users) {
      if (!names.add(user.name())) {
        problems.add(
            "authorization.users",
            "Duplicate " + kind + " \"" + MothershipConfig.cut(user.name()) + "\" detected");
      }
    }
  }

  private static void refuse(
      final boolean isWrong,
      final ConfigProblems problems,
      final MothershipConfig config,
      final ConfigKey key,
      final String message) {
    if (isWrong) {
      problems.add(config.source(key), key.fileKey() + ": " + message);
    }
  }
}
