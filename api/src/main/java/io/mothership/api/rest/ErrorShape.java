package io.mothership.api.rest;

import io.mothership.clock.Rfc3339;
import io.mothership.json.JsonValue;
import io.mothership.json.JsonWriter;
import io.mothership.transport.http.HttpResponse;
import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/**
 * How a family of paths words its answers: each keeps the form of the contract it comes from. Any
 * thread.
 */
public enum ErrorShape {
  /**
   * Organizations, entities and what was there with them: {@code {"success", "data" | "error":
   * {"code", "message"}}}. Frozen: its clients know nothing beside the two.
   */
  FLEET(true) {
    @Override
    void write(final JsonWriter writer, final Failure failure) {
      writer.flag("success", false).name("error").beginObject();
      codeAndMessage(writer, failure);
      writer.endObject();
    }
  },

  /** The same for what is new: the error has {@code details} where there are any. */
  ENVELOPE(true) {
    @Override
    void write(final JsonWriter writer, final Failure failure) {
      writer.flag("success", false).name("error").beginObject();
      codeAndMessage(writer, failure);
      details(writer, failure);
      writer.endObject();
    }
  },

  /** Ingest: the bare value, or {@code {"detail"}}. */
  DETAIL(false) {
    @Override
    void write(final JsonWriter writer, final Failure failure) {
      writer.text("detail", failure.message());
    }
  },

  /** Missions: the bare value, or {@code {"error": {"code", "message"}, "correlation_id"}}. */
  CORRELATED(false) {
    @Override
    void write(final JsonWriter writer, final Failure failure) {
      writer.name("error").beginObject();
      codeAndMessage(writer, failure);
      details(writer, failure);
      writer.endObject().text("correlation_id", failure.correlationId());
    }
  },

  /** Trips: the bare value, or {@code {"error", "message", "timestamp", "request_id"}}. */
  FLAT(false) {
    @Override
    void write(final JsonWriter writer, final Failure failure) {
      writer
          .text("error", failure.code().toLowerCase(Locale.ROOT))
          .text("message", failure.message());
      details(writer, failure);
      writer
          .text("timestamp", Rfc3339.text(failure.at()))
          .text("request_id", failure.correlationId());
    }
  };

  private static final int DETAIL_DEPTH_MAX = 8;

  private final boolean hasEnvelope;

  ErrorShape(final boolean hasEnvelope) {
    this.hasEnvelope = hasEnvelope;
  }

  /** Writes the members of an answer that says what failed. */
  abstract void write(JsonWriter writer, Failure failure);

  /** The answer that says what failed. */
  public HttpResponse failure(final Failure failure) {
    final JsonWriter writer = new JsonWriter().beginObject();
    write(writer, failure);
    return line(failure.status(), writer.endObject());
  }

  /** The answer with what was asked for; {@code data} writes exactly one value. */
  public HttpResponse success(final int status, final Consumer<JsonWriter> data) {
    final JsonWriter writer = new JsonWriter();
    if (!hasEnvelope) {
      data.accept(writer);
      return line(status, writer);
    }
    writer.beginObject().flag("success", true).name("data");
    data.accept(writer);
    return line(status, writer.endObject());
  }

  /** What stands before the value in an answer that is written piece by piece. */
  String prefix() {
    return hasEnvelope ? "{\"success\":true,\"data\":" : "";
  }

  /** What stands behind it. */
  String suffix() {
    return hasEnvelope ? "}\n" : "\n";
  }

  /** A JSON text and the line end that the contract's answers have. */
  static HttpResponse line(final int status, final JsonWriter writer) {
    final byte[] json = writer.toBytes();
    final byte[] line = Arrays.copyOf(json, json.length + 1);
    line[json.length] = '\n';
    return HttpResponse.of(status, HttpResponse.JSON, line);
  }

  private static void codeAndMessage(final JsonWriter writer, final Failure failure) {
    writer.text("code", failure.code()).text("message", failure.message());
  }

  private static void details(final JsonWriter writer, final Failure failure) {
    if (!failure.details().isEmpty()) {
      writer.name("details");
      value(writer, failure.details(), 0);
    }
  }

  private static void value(final JsonWriter writer, final Object value, final int depth) {
    if (depth > DETAIL_DEPTH_MAX) {
      throw new IllegalStateException("details nested deeper than " + DETAIL_DEPTH_MAX);
    }
    switch (value) {
      case Map<?, ?> members -> {
        writer.beginObject();
        members.forEach(
            (name, member) -> {
              writer.name(name.toString());
              value(writer, member, depth + 1);
            });
        writer.endObject();
      }
      case Collection<?> items -> {
        writer.beginArray();
        items.forEach(item -> value(writer, item, depth + 1));
        writer.endArray();
      }
      case Boolean flag -> writer.value(new JsonValue.Flag(flag));
      case Number number -> writer.value(new JsonValue.Literal(number.toString()));
      default -> writer.value(new JsonValue.Text(value.toString()));
    }
  }
}
