package io.mothership.transport.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a handler answers: a whole body, or one that is written while it is made. Immutable. */
public final class HttpResponse {
  public static final String JSON = "application/json";

  private static final byte[] NOTHING = new byte[0];
  private static final StreamingBody NO_STREAM = sink -> {};

  private final int status;
  private final String contentType;
  private final List<Header> headers;
  private final byte[] body;
  private final StreamingBody stream;
  private final Optional<EventSource> events;

  private HttpResponse(
      final int status,
      final String contentType,
      final List<Header> headers,
      final byte[] body,
      final StreamingBody stream,
      final Optional<EventSource> events) {
    this.status = status;
    this.contentType = contentType;
    this.headers = headers;
    this.body = body;
    this.stream = stream;
    this.events = events;
  }

  /** A whole body; the array is not copied and must not change any more. */
  public static HttpResponse of(final int status, final String contentType, final byte[] body) {
    return new HttpResponse(status, contentType, List.of(), body, NO_STREAM, Optional.empty());
  }

  /** No body and no content type. */
  public static HttpResponse empty(final int status) {
    return new HttpResponse(status, "", List.of(), NOTHING, NO_STREAM, Optional.empty());
  }

  /**
   * A body of unknown length; {@code stream} is called on the handler's thread after the head is
   * sent.
   */
  public static HttpResponse streaming(
      final int status, final String contentType, final StreamingBody stream) {
    return new HttpResponse(status, contentType, List.of(), NOTHING, stream, Optional.empty());
  }

  /**
   * Server-sent events; {@code source} runs on the handler's thread after the head is sent. A
   * comment goes out when nothing else has for a while, and the stream ends when the listener
   * stops.
   */
  public static HttpResponse events(final EventSource source) {
    return new HttpResponse(
            200, "text/event-stream", List.of(), NOTHING, NO_STREAM, Optional.of(source))
        .withHeader("Cache-Control", "no-store")
        .withHeader("X-Accel-Buffering", "no");
  }

  public HttpResponse withHeader(final String name, final String value) {
    final List<Header> more = new ArrayList<>(headers);
    more.add(new Header(name, value));
    return new HttpResponse(status, contentType, List.copyOf(more), body, stream, events);
  }

  public int status() {
    return status;
  }

  public String contentType() {
    return contentType;
  }

  public byte[] body() {
    return body;
  }

  List<Header> headers() {
    return headers;
  }

  /** Whether the body is written while it is made. */
  public boolean isStreaming() {
    return stream != NO_STREAM || events.isPresent();
  }

  StreamingBody stream() {
    return stream;
  }

  Optional<EventSource> events() {
    return events;
  }

  record Header(String name, String value) {}
}
