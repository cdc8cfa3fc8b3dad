package io.mothership.transport.http;

/**
 * One method on one path.
 *
 * @param method in capitals, or {@link #ANY_METHOD}
 * @param template a path whose segments may be {@code {name}}; a template without them wins over
 *     one with
 * @param handler answers
 */
public record Route(String method, String template, RouteHandler handler) {
  public static final String ANY_METHOD = "*";

  public Route {
    if (!template.startsWith("/")) {
      throw new IllegalArgumentException("a route's template starts with '/': " + template);
    }
  }
}
