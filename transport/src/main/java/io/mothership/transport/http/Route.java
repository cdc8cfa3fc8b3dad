package io.mothership.transport.http;

/**
 * One method on one path.
 *
 * @param method in capitals, or {@link #ANY_METHOD}; a GET route serves HEAD too
 * @param template a path whose segments may be {@code {name}}; a template without them wins over
 *     one with
 * @param handler answers
 * @param body what it takes as a request's body
 * @param gate decides on requests before their body is read
 * @param refusals how the head's own refusals read
 * @param label what requests are counted under; routes may share one
 */
public record Route(
    String method,
    String template,
    RouteHandler handler,
    BodyRule body,
    Gate gate,
    RefusalRenderer refusals,
    String label) {
  public static final String ANY_METHOD = "*";

  public Route {
    if (!template.startsWith("/")) {
      throw new IllegalArgumentException("a route's template starts with '/': " + template);
    }
  }

  public Route(final String method, final String template, final RouteHandler handler) {
    this(
        method,
        template,
        handler,
        BodyRule.STANDARD,
        Gate.OPEN,
        RefusalRenderer.STANDARD,
        template);
  }

  /** A route for everybody with a body of the listener's default length. */
  public static Route of(final String method, final String template, final RouteHandler handler) {
    return new Route(method, template, handler);
  }

  /** The same with bodies of so many bytes at most, decoded ones too. */
  public Route bodyMax(final long bytes) {
    return with(new BodyRule(bytes, body.isGzipAccepted(), body.isStreamed()));
  }

  /** The same, also with {@code Content-Encoding: gzip}; the handler sees the decoded body. */
  public Route acceptsGzip() {
    return with(new BodyRule(body.bytesMax(), true, body.isStreamed()));
  }

  /**
   * The same with a body that the handler pulls by {@link HttpRequestView#bodyStream} while it
   * comes: it takes no memory but one read of the socket.
   */
  public Route streamed() {
    return with(new BodyRule(body.bytesMax(), body.isGzipAccepted(), true));
  }

  /** The same behind a gate. */
  public Route gate(final Gate newGate) {
    return new Route(method, template, handler, body, newGate, refusals, label);
  }

  /** The same with another handler, as filters put themselves before one. */
  public Route handler(final RouteHandler newHandler) {
    return new Route(method, template, newHandler, body, gate, refusals, label);
  }

  /**
   * The same, refused by the head itself in other words: 405 (as the first route of its path says),
   * 413, 415, broken gzip, timeouts, 500.
   */
  public Route refusals(final RefusalRenderer newRefusals) {
    return new Route(method, template, handler, body, gate, newRefusals, label);
  }

  /** The same, counted under another name. */
  public Route label(final String newLabel) {
    return new Route(method, template, handler, body, gate, refusals, newLabel);
  }

  private Route with(final BodyRule newBody) {
    return new Route(method, template, handler, newBody, gate, refusals, label);
  }
}
