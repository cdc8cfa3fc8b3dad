package io.mothership.api.rest;

import io.mothership.error.ServiceException;
import io.mothership.json.JsonSyntaxException;
import io.mothership.json.JsonTree;
import io.mothership.json.JsonValue;

/** A request's body as JSON. The frozen fleet contract reads its own, with its own words. */
public final class Body {
  private final byte[] bytes;

  Body(final byte[] bytes) {
    this.bytes = bytes;
  }

  public boolean isEmpty() {
    return bytes.length == 0;
  }

  /** The bytes as they came, decoded; not copied, not to be changed. */
  public byte[] bytes() {
    return bytes;
  }

  /**
   * The members of the object that it is.
   *
   * @throws ServiceException {@code INVALID} if it is none
   */
  public Fields fields() {
    return Fields.of(members());
  }

  /**
   * The object that it is.
   *
   * @throws ServiceException {@code INVALID} if it is none
   */
  public JsonValue.Members members() {
    final JsonValue value = value();
    if (value instanceof final JsonValue.Members object) {
      return object;
    }
    throw invalid("the body must be a JSON object: actual=" + value.kind());
  }

  /**
   * Whatever JSON it is.
   *
   * @throws ServiceException {@code INVALID} if it is none
   */
  public JsonValue value() {
    if (isEmpty()) {
      throw invalid("the body is empty; JSON is wanted");
    }
    try {
      return JsonTree.parseWhole(bytes);
    } catch (final JsonSyntaxException e) {
      throw invalid(
          "the body is not JSON that is understood here: byte=%d, length=%d"
              .formatted(e.offset(), bytes.length));
    }
  }

  private static ServiceException invalid(final String message) {
    return new ServiceException(ServiceException.Kind.INVALID, "INVALID_REQUEST", message);
  }
}
