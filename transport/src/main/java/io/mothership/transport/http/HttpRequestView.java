package io.mothership.transport.http;

import io.netty.handler.codec.http.HttpHeaders;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.SocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A request, already inside all limits. Immutable but for a streamed body. */
public final class HttpRequestView {
  static final Object NO_ATTACHMENT = new Object();

  private static final byte[] NOTHING = {};

  private final String method;
  private final String path;
  private final Map<String, String> pathParameters;
  private final Map<String, List<String>> query;
  private final HttpHeaders headers;
  private final SocketAddress peer;
  private final byte[] body;
  private final InputStream stream;
  private final Object attachment;

  /** A request whose body is not there yet. */
  HttpRequestView(
      final String method,
      final String path,
      final Map<String, String> pathParameters,
      final Map<String, List<String>> query,
      final HttpHeaders headers,
      final SocketAddress peer) {
    this(
        method,
        path,
        pathParameters,
        query,
        headers,
        peer,
        NOTHING,
        InputStream.nullInputStream(),
        NO_ATTACHMENT);
  }

  private HttpRequestView(
      final String method,
      final String path,
      final Map<String, String> pathParameters,
      final Map<String, List<String>> query,
      final HttpHeaders headers,
      final SocketAddress peer,
      final byte[] body,
      final InputStream stream,
      final Object attachment) {
    this.method = method;
    this.path = path;
    this.pathParameters = pathParameters;
    this.query = query;
    this.headers = headers;
    this.peer = peer;
    this.body = body;
    this.stream = stream;
    this.attachment = attachment;
  }

  HttpRequestView withBody(final byte[] whole) {
    return new HttpRequestView(
        method,
        path,
        pathParameters,
        query,
        headers,
        peer,
        whole,
        new ByteArrayInputStream(whole),
        attachment);
  }

  HttpRequestView withStream(final InputStream pulled) {
    return new HttpRequestView(
        method, path, pathParameters, query, headers, peer, NOTHING, pulled, attachment);
  }

  HttpRequestView withAttachment(final Object found) {
    return new HttpRequestView(
        method, path, pathParameters, query, headers, peer, body, stream, found);
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

  /** All query parameters, decoded, in the order sent. */
  public Map<String, List<String>> queryParameters() {
    return query;
  }

  /** The first header of that name, whatever its case. */
  public Optional<String> header(final String name) {
    return Optional.ofNullable(headers.get(name));
  }

  /** The body, not copied: don't change it. Empty on a route that streams. */
  public byte[] body() {
    return body;
  }

  /**
   * The body as a stream, decoded. On a route that streams it blocks until bytes come, and the
   * socket is read no faster than this is; an {@link java.io.IOException} of it (too long, not what
   * its encoding says, stalled) is answered as such if the handler lets it pass.
   */
  public InputStream bodyStream() {
    return stream;
  }

  public SocketAddress peer() {
    return peer;
  }

  /**
   * What the route's gate handed on.
   *
   * @throws IllegalStateException if it handed on nothing, or something else
   */
  public <T> T attachment(final Class<T> type) {
    if (!type.isInstance(attachment)) {
      throw new IllegalStateException("the route's gate handed on no " + type.getSimpleName());
    }
    return type.cast(attachment);
  }
}
