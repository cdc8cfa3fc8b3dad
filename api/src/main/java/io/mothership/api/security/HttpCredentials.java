package io.mothership.api.security;

import io.mothership.error.ServiceException;
import io.mothership.security.Authenticator;
import io.mothership.security.Credentials;
import io.mothership.security.Principal;
import io.mothership.transport.http.HttpRequestView;

/** Reads who sends a request from what HTTP and WebSocket have for it. Stateless; any thread. */
public final class HttpCredentials {
  private static final String WEB_SOCKET_PROTOCOL_PREFIX = "bearer.";

  private HttpCredentials() {}

  /**
   * What the {@code Authorization} header shows.
   *
   * @throws ServiceException {@code UNAUTHENTICATED} if there is none, or it is no bearer token
   */
  public static Credentials read(final HttpRequestView request) {
    final String header = request.header("Authorization").orElse("");
    if (header.isEmpty()) {
      throw unauthenticated("Missing authorization header");
    }
    final String[] parts = header.split(" ", -1);
    if (parts.length != 2 || !parts[0].equalsIgnoreCase("bearer")) {
      throw unauthenticated("Invalid authorization format");
    }
    return new Credentials.Bearer(parts[1]);
  }

  /**
   * Who sends a request.
   *
   * @throws ServiceException {@code UNAUTHENTICATED}
   */
  public static Principal principal(
      final HttpRequestView request, final Authenticator authenticator) {
    return authenticator.authenticate(read(request));
  }

  /**
   * Who opens a WebSocket. Browsers can't give a handshake a header: the token may also be the
   * query parameter {@code token}, or one of the offered sub-protocols, as itself or behind {@code
   * bearer.}.
   *
   * @throws ServiceException {@code UNAUTHENTICATED}
   */
  public static WebSocketLogin webSocket(
      final HttpRequestView request, final Authenticator authenticator) {
    if (request.header("Authorization").isPresent()) {
      return new WebSocketLogin(principal(request, authenticator), "");
    }
    final String query = request.query("token");
    if (!query.isEmpty()) {
      return new WebSocketLogin(authenticator.authenticate(new Credentials.Bearer(query)), "");
    }
    final String offered = request.header("Sec-WebSocket-Protocol").orElse("");
    if (offered.isBlank()) {
      throw unauthenticated("Missing authorization header");
    }
    return offered(offered, authenticator);
  }

  private static WebSocketLogin offered(final String offered, final Authenticator authenticator) {
    ServiceException refusal = unauthenticated("Invalid token");
    for (final String candidate : offered.split(",")) {
      final String protocol = candidate.strip();
      if (protocol.isEmpty()) {
        continue;
      }
      final String token =
          protocol.startsWith(WEB_SOCKET_PROTOCOL_PREFIX)
              ? protocol.substring(WEB_SOCKET_PROTOCOL_PREFIX.length())
              : protocol;
      try {
        final Principal principal = authenticator.authenticate(new Credentials.Bearer(token));
        return new WebSocketLogin(principal, confirmed(offered, protocol));
      } catch (final ServiceException e) {
        // One of the others may be the token.
        refusal = e;
      }
    }
    throw refusal;
  }

  /** Browsers insist on a confirmed protocol; rather another one than the one with the token. */
  private static String confirmed(final String offered, final String withToken) {
    for (final String candidate : offered.split(",")) {
      final String protocol = candidate.strip();
      if (!protocol.isEmpty() && !protocol.equals(withToken)) {
        return protocol;
      }
    }
    return withToken;
  }

  private static ServiceException unauthenticated(final String message) {
    return new ServiceException(ServiceException.Kind.UNAUTHENTICATED, "UNAUTHORIZED", message);
  }

  /**
   * Somebody who may open a WebSocket.
   *
   * @param subprotocol to confirm in the handshake, empty for none
   */
  public record WebSocketLogin(Principal principal, String subprotocol) {}
}
