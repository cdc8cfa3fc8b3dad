package io.mothership.config;

/**
 * A bearer token for HTTP.
 *
 * @param name who it is, in logs and records
 */
public record TokenConfig(String name, String token, GrantConfig grant) {

  /** Does not show the token. */
  @Override
  public String toString() {
    return "TokenConfig[name=" + name + ", " + grant + "]";
  }
}
