package io.mothership.transport.http;

/** The words in which one route's refusals by the head itself reach its clients. */
@FunctionalInterface
public interface RefusalRenderer {
  /** The contract's envelope. */
  RefusalRenderer STANDARD = (reason, request) -> reason.response();

  /**
   * Makes the answer; its status should be the reason's. The head adds what HTTP asks for, as
   * {@code Allow}.
   *
   * <p><i>Thread:</i> an event loop or the handler's; must not block, nor throw.
   *
   * @param request without its body
   */
  HttpResponse render(HttpErrors reason, HttpRequestView request);
}
