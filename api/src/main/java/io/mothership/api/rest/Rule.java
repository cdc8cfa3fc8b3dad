package io.mothership.api.rest;

import io.mothership.json.JsonValue;
import java.util.function.Function;

/** What a value must look like, and what becomes of it. Immutable; {@link Rules} has them. */
public final class Rule<T> {
  private final T neutral;
  private final Function<String, JsonValue> lift;
  private final Reader<T> reader;

  /**
   * @param neutral stands for a value that was refused, until all problems are told together
   * @param lift makes of a query parameter what JSON would have for it
   */
  Rule(final T neutral, final Function<String, JsonValue> lift, final Reader<T> reader) {
    this.neutral = neutral;
    this.lift = lift;
    this.reader = reader;
  }

  /** For values that are texts in a query and in JSON. */
  Rule(final T neutral, final Reader<T> reader) {
    this(neutral, JsonValue.Text::new, reader);
  }

  T neutral() {
    return neutral;
  }

  T read(final JsonValue value) throws BrokenRule {
    return reader.read(value);
  }

  T read(final String parameter) throws BrokenRule {
    return reader.read(lift.apply(parameter));
  }

  /** Reads a value of JSON. */
  @FunctionalInterface
  interface Reader<T> {
    T read(JsonValue value) throws BrokenRule;
  }
}
