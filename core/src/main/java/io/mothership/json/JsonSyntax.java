package io.mothership.json;

/**
 * Checks that a text begins with one whole JSON value, and words errors the way the contract's
 * clients know them: those of Go's {@code encoding/json}.
 */
final class JsonSyntax {
  private static final int END = -1;

  private final byte[] text;
  private final int depthMax;
  private int at;
  private int depth;

  private JsonSyntax(final byte[] text, final int depthMax) {
    this.text = text;
    this.depthMax = depthMax;
  }

  /**
   * @return the offset behind the first value; what follows is not looked at
   */
  static int check(final byte[] text, final int depthMax) throws JsonSyntaxException {
    final JsonSyntax syntax = new JsonSyntax(text, depthMax);
    syntax.skipSpace();
    if (syntax.peek() == END) {
      throw new JsonSyntaxException("EOF", syntax.at);
    }
    syntax.value();
    return syntax.at;
  }

  /** Checks that nothing but space stands from an offset on. */
  static void checkEnd(final byte[] text, final int offset) throws JsonSyntaxException {
    final JsonSyntax syntax = new JsonSyntax(text, 0);
    syntax.at = offset;
    syntax.skipSpace();
    if (syntax.peek() != END) {
      throw syntax.invalid("after top-level value");
    }
  }

  private void value() throws JsonSyntaxException {
    skipSpace();
    final int c = peek();
    switch (c) {
      case '{' -> object();
      case '[' -> array();
      case '"' -> string();
      case 't' -> word("true");
      case 'f' -> word("false");
      case 'n' -> word("null");
      default -> {
        if (c == '-' || isDigit(c)) {
          number();
        } else {
          throw invalid("looking for beginning of value");
        }
      }
    }
  }

  private void object() throws JsonSyntaxException {
    enter();
    skipSpace();
    if (peek() == '}') {
      leave();
      return;
    }
    while (true) {
      skipSpace();
      if (peek() != '"') {
        throw invalid("looking for beginning of object key string");
      }
      string();
      skipSpace();
      if (peek() != ':') {
        throw invalid("after object key");
      }
      at++;
      value();
      skipSpace();
      if (peek() == '}') {
        leave();
        return;
      }
      if (peek() != ',') {
        throw invalid("after object key:value pair");
      }
      at++;
    }
  }

  private void array() throws JsonSyntaxException {
    enter();
    skipSpace();
    if (peek() == ']') {
      leave();
      return;
    }
    while (true) {
      value();
      skipSpace();
      if (peek() == ']') {
        leave();
        return;
      }
      if (peek() != ',') {
        throw invalid("after array element");
      }
      at++;
    }
  }

  private void string() throws JsonSyntaxException {
    at++;
    while (peek() != '"') {
      final int c = peek();
      if (c == '\\') {
        at++;
        escape();
      } else if (c < 0x20) {
        throw invalid("in string literal");
      } else {
        at++;
      }
    }
    at++;
  }

  private void escape() throws JsonSyntaxException {
    switch (peek()) {
      case 'b', 'f', 'n', 'r', 't', '\\', '/', '"' -> at++;
      case 'u' -> {
        at++;
        for (int i = 0; i < 4; i++) {
          if (Character.digit(peek(), 16) < 0 || peek() > 'f') {
            throw invalid("in \\u hexadecimal character escape");
          }
          at++;
        }
      }
      default -> throw invalid("in string escape code");
    }
  }

  private void number() throws JsonSyntaxException {
    if (peek() == '-') {
      at++;
    }
    if (peek() == '0') {
      at++;
    } else {
      digits("in numeric literal");
    }
    if (peek() == '.') {
      at++;
      digits("after decimal point in numeric literal");
    }
    if (peek() == 'e' || peek() == 'E') {
      at++;
      if (peek() == '+' || peek() == '-') {
        at++;
      }
      digits("in exponent of numeric literal");
    }
  }

  private void digits(final String where) throws JsonSyntaxException {
    if (!isDigit(peek())) {
      throw invalid(where);
    }
    while (isDigit(peek())) {
      at++;
    }
  }

  private void word(final String word) throws JsonSyntaxException {
    at++;
    for (int i = 1; i < word.length(); i++) {
      if (peek() != word.charAt(i)) {
        throw invalid("in literal " + word + " (expecting '" + word.charAt(i) + "')");
      }
      at++;
    }
  }

  private void enter() throws JsonSyntaxException {
    if (++depth > depthMax) {
      throw new JsonSyntaxException("exceeded max depth", at);
    }
    at++;
  }

  private void leave() {
    depth--;
    at++;
  }

  private void skipSpace() {
    while (peek() == ' ' || peek() == '\t' || peek() == '\r' || peek() == '\n') {
      at++;
    }
  }

  private int peek() {
    return at < text.length ? text[at] & 0xFF : END;
  }

  private static boolean isDigit(final int c) {
    return c >= '0' && c <= '9';
  }

  private JsonSyntaxException invalid(final String where) {
    final int c = peek();
    return new JsonSyntaxException(
        c == END ? "unexpected EOF" : "invalid character " + quoted(c) + " " + where, at);
  }

  private static String quoted(final int c) {
    return switch (c) {
      case '\'' -> "'\\''";
      case '\\' -> "'\\\\'";
      case '\n' -> "'\\n'";
      case '\r' -> "'\\r'";
      case '\t' -> "'\\t'";
      case 0x07 -> "'\\a'";
      case '\b' -> "'\\b'";
      case '\f' -> "'\\f'";
      case 0x0B -> "'\\v'";
      default -> {
        if (c < 0x20 || c == 0x7F) {
          yield "'\\x%02x'".formatted(c);
        }
        // A byte above 0x7F is shown as the code point of that number.
        yield c >= 0x80 && c < 0xA0 || c == 0xAD ? "'\\u%04x'".formatted(c) : "'" + (char) c + "'";
      }
    };
  }
}
