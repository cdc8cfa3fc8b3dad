package io.mothership.config;

import java.util.List;

/**
 * Somebody who may connect.
 *
 * @param publish what may be published
 * @param subscribe what may be subscribed to
 * @param grant in which organizations, and as what
 */
public record UserConfig(
    String name, String password, SubjectRules publish, SubjectRules subscribe, GrantConfig grant) {
  static final UserConfig UNLISTED = new UserConfig("", "", SubjectRules.ALL, SubjectRules.ALL);

  /** Somebody who belongs to no organization in particular. */
  UserConfig(
      final String name,
      final String password,
      final SubjectRules publish,
      final SubjectRules subscribe) {
    this(name, password, publish, subscribe, GrantConfig.OWNER);
  }

  /** Does not show the password. */
  @Override
  public String toString() {
    return "UserConfig[name="
        + name
        + ", publish="
        + publish
        + ", subscribe="
        + subscribe
        + ", "
        + grant
        + "]";
  }

  /** Subjects allowed and denied; an empty {@code allow} allows all, {@code deny} wins. */
  public record SubjectRules(List<String> allow, List<String> deny) {
    public static final SubjectRules ALL = new SubjectRules(List.of(), List.of());
  }
}
