package io.mothership.api;

import io.mothership.error.MothershipException;
import io.mothership.error.MothershipException.Category;
import io.mothership.json.JsonWriter;
import io.mothership.transport.http.HttpResponse;
import io.mothership.transport.http.RouteHandler;
import java.util.Arrays;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one shape of every answer: {@code {"success", "data" | "error": {"code", "message"}}}. */
public final class Envelope {
  private static final Logger LOG = LoggerFactory.getLogger(Envelope.class);

  /** After this many seconds a request that met a full disk or a busy part may be tried again. */
  private static final String RETRY_AFTER_S = "5";

  private Envelope() {}

  /** A success; {@code data} writes exactly one value. */
  public static HttpResponse success(final int status, final Consumer<JsonWriter> data) {
    final JsonWriter writer = new JsonWriter();
    writer.beginObject().flag("success", true).name("data");
    data.accept(writer);
    return response(status, writer.endObject());
  }

  public static HttpResponse error(final int status, final String code, final String message) {
    final JsonWriter writer = new JsonWriter();
    writer
        .beginObject()
        .flag("success", false)
        .name("error")
        .beginObject()
        .text("code", code)
        .text("message", message)
        .endObject()
        .endObject();
    final HttpResponse response = response(status, writer);
    return status == 503 ? response.withHeader("Retry-After", RETRY_AFTER_S) : response;
  }

  /**
   * Turns what {@code handler} throws into envelopes.
   *
   * @param failureCode the code of a 500, as the contract names it per operation
   */
  public static RouteHandler guard(final String failureCode, final RouteHandler handler) {
    return request -> {
      try {
        return handler.handle(request);
      } catch (final ApiException e) {
        return error(e.status(), e.code(), e.getMessage());
      } catch (final MothershipException e) {
        if (e.category() == Category.CAPACITY || e.category() == Category.UNAVAILABLE) {
          // Expected, and the same for every caller: no trace for each of them.
          LOG.debug("{} {} refused: code={}", request.method(), request.path(), e.code());
          return error(503, e.code(), e.getMessage());
        }
        LOG.warn("{} {} failed: code={}", request.method(), request.path(), e.code(), e);
        return error(500, failureCode, e.getMessage());
      }
    };
  }

  public static HttpResponse response(final int status, final JsonWriter writer) {
    final byte[] json = writer.toBytes();
    final byte[] line = Arrays.copyOf(json, json.length + 1);
    line[json.length] = '\n';
    return HttpResponse.of(status, HttpResponse.JSON, line);
  }
}
