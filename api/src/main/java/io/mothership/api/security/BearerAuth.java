package io.mothership.api.security;

import io.mothership.api.Envelope;
import io.mothership.transport.http.HttpRequestView;
import io.mothership.transport.http.HttpResponse;
import io.mothership.transport.http.RouteHandler;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;

/** Lets those through who know the token. Any thread. */
public final class BearerAuth {
  /** What the contract's clients use unless told otherwise; everybody knows it. */
  public static final String DEFAULT_TOKEN = "constellation-dev-token";

  private static final String WEB_SOCKET_PROTOCOL_PREFIX = "bearer.";

  private volatile byte[] digest;

  public BearerAuth(final String token) {
    token(token);
  }

  /** From now on only {@code token} is right; feeds that are open stay open. */
  public void token(final String token) {
    if (token.isBlank()) {
      throw new IllegalArgumentException("the API token is empty");
    }
    this.digest = digest(token);
  }

  /**
   * Why a listener on {@code host} must not start with {@code token}; empty if it may. The default
   * token protects nothing, so it is good for loopback only.
   */
  public static Optional<String> refusal(final String token, final String host) {
    if (token.isBlank()) {
      return Optional.of("API_BEARER_TOKEN is empty");
    }
    if (token.equals(DEFAULT_TOKEN) && !isLoopback(host)) {
      return Optional.of(
          "API_BEARER_TOKEN is the well-known default, which is refused on a listener that others"
              + " can reach: host="
              + host);
    }
    return Optional.empty();
  }

  /** Puts the check before {@code handler}. */
  public RouteHandler guard(final RouteHandler handler) {
    return request -> {
      final Optional<HttpResponse> refusal = refuse(request);
      return refusal.isPresent() ? refusal.get() : handler.handle(request);
    };
  }

  /** The 401 for a request without the right {@code Authorization} header. */
  public Optional<HttpResponse> refuse(final HttpRequestView request) {
    final String header = request.header("Authorization").orElse("");
    if (header.isEmpty()) {
      return unauthorized("Missing authorization header");
    }
    final String[] parts = header.split(" ", -1);
    if (parts.length != 2 || !parts[0].equalsIgnoreCase("bearer")) {
      return unauthorized("Invalid authorization format");
    }
    return accepts(parts[1]) ? Optional.empty() : unauthorized("Invalid token");
  }

  /**
   * The decision on a WebSocket handshake, which browsers can't give a header: the token may also
   * be the query parameter {@code token}, or one of the offered sub-protocols, as itself or behind
   * {@code bearer.}.
   */
  public WebSocketDecision decide(final HttpRequestView request) {
    final String query = request.query("token");
    final String offered = request.header("Sec-WebSocket-Protocol").orElse("");
    if (request.header("Authorization").isEmpty()) {
      if (!query.isEmpty()) {
        return accepts(query)
            ? new WebSocketDecision(Optional.empty(), "")
            : new WebSocketDecision(unauthorized("Invalid token"), "");
      }
      for (final String candidate : offered.split(",")) {
        final String protocol = candidate.strip();
        final String token =
            protocol.startsWith(WEB_SOCKET_PROTOCOL_PREFIX)
                ? protocol.substring(WEB_SOCKET_PROTOCOL_PREFIX.length())
                : protocol;
        if (!protocol.isEmpty() && accepts(token)) {
          return new WebSocketDecision(Optional.empty(), confirmed(offered, protocol));
        }
      }
      if (!offered.isBlank()) {
        return new WebSocketDecision(unauthorized("Invalid token"), "");
      }
    }
    return new WebSocketDecision(refuse(request), "");
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

  private boolean accepts(final String token) {
    return MessageDigest.isEqual(digest, digest(token));
  }

  private static Optional<HttpResponse> unauthorized(final String message) {
    return Optional.of(Envelope.error(401, "UNAUTHORIZED", message));
  }

  private static boolean isLoopback(final String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (final UnknownHostException e) {
      return false;
    }
  }

  /** Of equal length whatever was sent, so that comparing tells nothing about the token's. */
  private static byte[] digest(final String token) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
    } catch (final NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /**
   * @param refusal the answer if there is no session
   * @param subprotocol to confirm in the handshake, empty for none
   */
  public record WebSocketDecision(Optional<HttpResponse> refusal, String subprotocol) {}
}
