package io.mothership.transport.http;

import io.netty.handler.codec.http.HttpHeaders;
import java.net.SocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A whole request, already inside all limits. Immutable. */
public final class HttpRequestView {
  private final String method;
  private final String path;
  private final Map<String, String> pathParameters;
  private final Map<String, List<String>> query;
  private final HttpHeaders headers;
  private final byte[] body;
  private final SocketAddress peer;

  HttpRequestView(
      final String method,
      final String path,
      final Map<String, String> pathParameters,
      final Map<String, List<String>> query,
      final HttpHeaders headers,
      final byte[] body,
      final SocketAddress peer) {
    this.method = method;
    this.path = path;
    this.pathParameters = pathParameters;
    this.query = query;
    this.headers = headers;
    this.body = body;
    this.peer = peer;
  }

  public String method() {
    return method;
  }

  /** The path as sent, without the query. */
  public String path() {
    return path;
  }

  /**
   * What stood where the route's template has {@code {name}}, decoded.
   *
   * @throws IllegalStateException if the template has no such name
   */
  public String pathParameter(final String name) {
    final String value = pathParameters.get(name);
    if (value == null) {
      throw new IllegalStateException("no such path parameter in the route: " + name);
    }
    return value;
  }

  public boolean hasPathParameter(final String name) {
    return pathParameters.containsKey(name);
  }

  /** The first value of a query parameter, decoded; empty text if it is absent. */
  public String query(final String name) {
    final List<String> values = query.get(name);
    return values == null ? "" : values.getFirst();
  }

  /** The first header of that name, whatever its case. */
  public Optional<String> header(final String name) {
    return Optional.ofNullable(headers.get(name));
  }

  /** The body, not copied: don't change it. */
  public byte[] body() {
    return body;
  }

  public SocketAddress peer() {
    return peer;
  }
}
