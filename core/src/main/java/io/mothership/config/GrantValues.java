package io.mothership.config;

import io.mothership.config.ConfigNode.Block;
import io.mothership.config.ConfigNode.Entry;
import io.mothership.config.ConfigNode.Scalar;
import io.mothership.config.ConfigNode.Sequence;
import io.mothership.security.OrganizationScope;
import io.mothership.security.Role;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Reads who is given what: {@code organizations: […], role: …} of a user, and the tokens of HTTP.
 * Organizations without a role are for looking at; a list of none is a mistake, never everything.
 */
final class GrantValues {
  private final ConfigProblems problems;

  GrantValues(final ConfigProblems problems) {
    this.problems = problems;
  }

  /** Whether a member of a user or token is read here. */
  static boolean isPart(final String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "organization", "organizations", "role" -> true;
      default -> false;
    };
  }

  /** What a block's {@code organization}, {@code organizations} and {@code role} say. */
  GrantConfig grant(final Block block) {
    OrganizationScope organizations = OrganizationScope.all();
    Optional<Role> role = Optional.empty();
    for (final Entry entry : block.entries().values()) {
      switch (entry.key().toLowerCase(Locale.ROOT)) {
        case "organization", "organizations" -> organizations = organizations(entry);
        case "role" -> role = role(entry);
        default -> {
          // Somebody else's.
        }
      }
    }
    return new GrantConfig(
        organizations, role.orElse(organizations.isAll() ? Role.ADMIN : Role.VIEWER));
  }

  /** {@code tokens: [ { token: …, name: …, role: …, organizations: […] } … ]}. */
  List<TokenConfig> tokens(final String written, final ConfigNode value) {
    final List<TokenConfig> tokens = new ArrayList<>();
    if (!(value instanceof final Sequence sequence)) {
      problems.add(value.place().toString(), written + ": expected [ { name: …, token: … } … ]");
      return tokens;
    }
    final Set<String> names = new LinkedHashSet<>();
    for (final ConfigNode element : sequence.elements()) {
      if (element instanceof final Block block) {
        final TokenConfig token = token(block);
        if (!names.add(token.name())) {
          problems.add(block.place().toString(), "two tokens have the name " + shown(token.name()));
        }
        tokens.add(token);
      } else {
        problems.add(element.place().toString(), written + ": expected { name: …, token: … }");
      }
    }
    return tokens;
  }

  private TokenConfig token(final Block block) {
    String name = "";
    String token = "";
    for (final Entry entry : block.entries().values()) {
      switch (entry.key().toLowerCase(Locale.ROOT)) {
        case "name" -> name = text(entry);
        case "token" -> token = text(entry);
        default -> {
          if (!isPart(entry.key()) && !block.isVariable(entry)) {
            problems.add(
                entry.place().toString(),
                "unknown key tokens." + MothershipConfig.cut(entry.key()));
          }
        }
      }
    }
    if (name.isBlank()) {
      problems.add(block.place().toString(), "a token needs a name");
    }
    if (token.isBlank()) {
      problems.add(block.place().toString(), "a token must not be empty");
    } else if (LoginRules.isHash(token)) {
      problems.add(block.place().toString(), LoginRules.HASHES);
    } else if (token.equals(Limits.DEFAULT_TOKEN)) {
      problems.add(block.place().toString(), "this token is the default that everybody knows");
    }
    return new TokenConfig(name, token, grant(block));
  }

  private OrganizationScope organizations(final Entry entry) {
    final Set<String> ids = new LinkedHashSet<>();
    switch (entry.value()) {
      case final Scalar one -> ids.add(one.text());
      case final Sequence several -> {
        for (final ConfigNode element : several.elements()) {
          if (element instanceof final Scalar one) {
            ids.add(one.text());
          } else {
            problems.add(element.place().toString(), entry.key() + ": expected ids");
          }
        }
      }
      case final Block block ->
          problems.add(block.place().toString(), entry.key() + ": expected ids");
    }
    if (ids.isEmpty()) {
      problems.add(entry.place().toString(), entry.key() + ": names none");
    }
    try {
      return OrganizationScope.of(ids);
    } catch (final IllegalArgumentException e) {
      problems.add(entry.place().toString(), entry.key() + ": " + e.getMessage());
      return OrganizationScope.none();
    }
  }

  private Optional<Role> role(final Entry entry) {
    final Optional<Role> role = Role.of(text(entry));
    if (role.isEmpty()) {
      problems.add(entry.place().toString(), entry.key() + ": expected one of " + Role.words());
    }
    return role;
  }

  private String text(final Entry entry) {
    if (entry.value() instanceof final Scalar scalar) {
      return scalar.text();
    }
    problems.add(entry.place().toString(), entry.key() + ": expected one value");
    return "";
  }

  private static String shown(final String text) {
    return MothershipConfig.cut(text);
  }
}
