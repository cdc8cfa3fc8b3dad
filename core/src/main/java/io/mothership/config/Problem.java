package io.mothership.config;

/**
 * One thing that is wrong.
 *
 * @param source {@code file:line}, {@code environment NAME} or {@code command line}
 */
public record Problem(String source, String message) {
  @Override
  public String toString() {
    return source + ": " + message;
  }
}
