package io.mothership.storage.sql;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Whether a statement keeps to one organization.
 *
 * <p>What it reads, changes or deletes must be bounded by {@code org_id = :org} in its own {@code
 * WHERE}, outside of any brackets and beside no {@code OR}; what it inserts must have {@code :org}
 * as its {@code org_id}, and may go over into an update only of a row that is bounded so too.
 * Sub-queries are not looked into: what they find is of use only to the bounded statement around
 * them.
 */
final class TenantRule {
  /** Stands for the organization in every statement. */
  static final String NAME = "org";

  private static final Pattern BOUND = Pattern.compile("\\b(\\w+\\.)?org_id\\s*=\\s*:org\\b");
  private static final Pattern LOOSE = Pattern.compile("\\b(or|union|except|intersect)\\b");
  private static final Pattern WHERE = Pattern.compile("\\bwhere\\b");
  private static final Pattern INSERTED =
      Pattern.compile("^insert into \\w+ \\(([^)]*)\\) values \\(([^)]*)\\)(.*)$");
  private static final Pattern CONFLICT =
      Pattern.compile("^on conflict \\(([^)]*)\\) do (nothing|update set)\\b(.*)$");

  private TenantRule() {}

  /**
   * @throws IllegalArgumentException saying what is missing
   */
  static void require(final String text) {
    final String statement =
        text.replaceAll("'[^']*'", "''").strip().replaceAll("\\s+", " ").toLowerCase(Locale.ROOT);
    final String problem =
        switch (statement.substring(0, Math.max(0, statement.indexOf(' ')))) {
          case "select", "update", "delete" -> boundProblem(outside(statement));
          case "insert" -> insertProblem(statement);
          default -> "it is no SELECT, INSERT, UPDATE or DELETE";
        };
    if (!problem.isEmpty()) {
      throw new IllegalArgumentException(
          "a statement does not keep to its organization, %s: %s".formatted(problem, text));
    }
  }

  private static String boundProblem(final String outside) {
    final String[] parts = WHERE.split(outside, 2);
    if (parts.length < 2 || !BOUND.matcher(parts[1]).find()) {
      return "WHERE lacks org_id = :org";
    }
    return LOOSE.matcher(outside).find() ? "what stands beside org_id = :org is not bounded" : "";
  }

  private static String insertProblem(final String statement) {
    final var insert = INSERTED.matcher(statement);
    if (!insert.matches()) {
      return "it inserts no plain VALUES";
    }
    final String[] columns = insert.group(1).split(",");
    final String[] values = insert.group(2).split(",");
    boolean isBound = false;
    for (int i = 0; i < Math.min(columns.length, values.length); i++) {
      isBound |= columns[i].strip().equals("org_id") && values[i].strip().equals(":org");
    }
    if (!isBound) {
      return "its org_id is not :org";
    }
    return conflictProblem(insert.group(3).strip());
  }

  private static String conflictProblem(final String rest) {
    if (rest.isEmpty()) {
      return "";
    }
    final var conflict = CONFLICT.matcher(rest);
    if (!conflict.matches()) {
      return "what follows VALUES is no ON CONFLICT (…) DO";
    }
    final boolean isOwnRow = Pattern.compile("\\borg_id\\b").matcher(conflict.group(1)).find();
    return isOwnRow || conflict.group(2).equals("nothing")
        ? ""
        : boundProblem(outside(conflict.group(3)));
  }

  /** What stands in no brackets. */
  private static String outside(final String statement) {
    final StringBuilder outside = new StringBuilder(statement.length());
    int depth = 0;
    for (int i = 0; i < statement.length(); i++) {
      final char c = statement.charAt(i);
      depth += c == '(' ? 1 : 0;
      if (depth == 0) {
        outside.append(c);
      }
      depth -= c == ')' ? 1 : 0;
    }
    return outside.toString();
  }
}
