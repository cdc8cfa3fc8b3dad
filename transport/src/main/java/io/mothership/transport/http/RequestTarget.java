package io.mothership.transport.http;

import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * What a request's target leads to.
 *
 * @param match what is served there
 * @param view the request without its body
 */
record RequestTarget(RouteTable.Match match, HttpRequestView view) {
  private static final int QUERY_PARAMETERS_MAX = 256;

  /**
   * Empty if nothing is served there.
   *
   * @throws IllegalArgumentException if the target is malformed
   */
  static Optional<RequestTarget> of(
      final HttpRequest request, final RouteTable routes, final SocketAddress peer) {
    final QueryStringDecoder target =
        new QueryStringDecoder(
            HttpRequestRules.originForm(request.uri()),
            StandardCharsets.UTF_8,
            true,
            QUERY_PARAMETERS_MAX);
    final String path = target.rawPath();
    final Optional<RouteTable.Match> match =
        path.startsWith("/") ? routes.match(path) : Optional.empty();
    return match.map(
        found ->
            new RequestTarget(
                found,
                new HttpRequestView(
                    request.method().name(),
                    path,
                    found.parameters(),
                    target.parameters(),
                    request.headers(),
                    peer)));
  }

  /** What the connection can become on this request. */
  Optional<UpgradeRoute> upgrade() {
    return view.method().equals("GET") ? match.upgrade() : Optional.empty();
  }

  Optional<Route> route() {
    return match.route(view.method());
  }

  /** The refusal of a method that is not served here. */
  HttpResponse methodNotAllowed() {
    return match
        .refusals()
        .render(HttpErrors.METHOD_NOT_ALLOWED, view)
        .withHeader("Allow", match.allowed());
  }
}
