package io.mothership.api.rest;

/** A value that a rule refuses; the message goes on after the field's name. */
final class BrokenRule extends Exception {
  private static final long serialVersionUID = 1L;

  BrokenRule(final String message) {
    super(message, null, false, false);
  }

  /** Of a part of the value: {@code [3] too long}. */
  BrokenRule within(final String part) {
    final String rest = getMessage();
    return new BrokenRule(part + (rest.startsWith("[") || rest.startsWith(".") ? "" : " ") + rest);
  }

  /** The whole message. */
  String of(final String field) {
    final String rest = getMessage();
    return field + (rest.startsWith("[") || rest.startsWith(".") ? "" : " ") + rest;
  }
}
