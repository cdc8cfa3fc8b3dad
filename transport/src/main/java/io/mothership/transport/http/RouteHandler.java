package io.mothership.transport.http;

/** Answers requests of one route. */
@FunctionalInterface
public interface RouteHandler {

  /**
   * Answers one request.
   *
   * <p><i>Thread:</i> a virtual thread of its own; may block. What it throws becomes a 500 and is
   * logged.
   */
  HttpResponse handle(HttpRequestView request) throws Exception;
}
