package io.mothership.api.rest;

import io.mothership.security.Principal;
import io.mothership.transport.http.HttpRequestView;
import java.net.InetSocketAddress;

/**
 * A request that was let in; what the gate found out for the handler.
 *
 * @param startedNs monotonic time at which its head was there
 */
record Admission(Principal principal, String correlationId, long startedNs) {

  /** What the path or else the query says; empty if neither does. */
  static String parameter(final HttpRequestView request, final String name) {
    return request.hasPathParameter(name) ? request.pathParameter(name) : request.query(name);
  }

  static String address(final HttpRequestView request) {
    return request.peer() instanceof final InetSocketAddress peer && peer.getAddress() != null
        ? peer.getAddress().getHostAddress()
        : String.valueOf(request.peer());
  }
}
