package io.mothership.config;

import io.mothership.config.ConfigNode.Block;
import io.mothership.config.ConfigNode.Entry;
import io.mothership.config.ConfigNode.Place;
import io.mothership.config.ConfigNode.Scalar;
import io.mothership.config.ConfigNode.Sequence;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads a file in NATS configuration syntax into a tree.
 *
 * <pre>
 *  # comment        // comment        only where a key could begin or behind a value and a blank
 *  key: value       key = value       key value       ends at a blank, newline , or ;
 *  key { … }        key: [ a, b ]     include "other.conf"
 *  NAME: 4222       port: $NAME       looked up in the blocks around it, then in the environment
 *  "a\tb"  a\tb     'a\tb'            ( text over lines )
 *  { "key": "value" }                 JSON
 * </pre>
 *
 * <p>A value is read as nats-server reads it, or refused: a password must never become another one.
 * Of a key that is set twice the last one counts.
 *
 * <p>A mistake is reported and reading goes on behind it where that makes sense, so that one run
 * shows all of them.
 */
final class ConfigDecoder {
  private static final int INCLUDE_DEPTH_MAX = 16;

  /** Blocks and lists in each other; reading them takes stack. */
  private static final int NESTING_MAX = 64;

  private static final String BCRYPT_PREFIX = "$2a$";
  private static final String BYTE_ORDER_MARK = "\uFEFF";

  private final String fileName;
  private final Path folder;
  private final String text;
  private final Map<String, String> environment;
  private final List<Problem> problems;
  private final int depth;
  private final List<Block> scopes;
  private int at;
  private int line = 1;
  private int nesting;

  private ConfigDecoder(
      final String fileName,
      final Path folder,
      final String text,
      final Map<String, String> environment,
      final List<Problem> problems,
      final int depth,
      final List<Block> scopes) {
    this.fileName = fileName;
    this.folder = folder;
    this.text = text;
    this.environment = environment;
    this.problems = problems;
    this.depth = depth;
    this.scopes = scopes;
  }

  /** Decodes a file; what is wrong goes to {@code problems}. */
  static Block decode(
      final Path file, final Map<String, String> environment, final List<Problem> problems) {
    return new Includes(environment, problems).read(file, new Place(file.toString(), 0), 0);
  }

  /** Decodes text; {@code fileName} is only for messages. */
  static Block decode(
      final String fileName,
      final String text,
      final Map<String, String> environment,
      final List<Problem> problems) {
    return new ConfigDecoder(
            fileName, Path.of("."), text, environment, problems, 0, new ArrayList<>())
        .wholeFile();
  }

  private record Includes(Map<String, String> environment, List<Problem> problems) {
    Block read(final Path file, final Place from, final int depth) {
      final String content;
      try {
        content = Files.readString(file);
      } catch (final IOException e) {
        problems.add(
            new Problem(
                from.line() == 0 ? file.toString() : from.toString(),
                "cannot read " + file + ": " + reason(e)));
        return Block.at(from);
      }
      final Path parent = file.toAbsolutePath().getParent();
      return new ConfigDecoder(
              file.toString(),
              parent == null ? Path.of(".") : parent,
              content.startsWith(BYTE_ORDER_MARK) ? content.substring(1) : content,
              environment,
              problems,
              depth,
              new ArrayList<>())
          .wholeFile();
    }

    private static String reason(final IOException e) {
      return switch (e) {
        case final java.nio.file.NoSuchFileException missing -> "no such file";
        case final java.nio.file.AccessDeniedException denied -> "permission denied";
        case final java.nio.charset.CharacterCodingException coding -> "not UTF-8 text";
        default -> e.getMessage() == null ? e.toString() : e.getMessage();
      };
    }
  }

  private Block wholeFile() {
    final Block root = Block.at(here());
    scopes.add(root);
    skipBlanks();
    if (!isAtEnd() && text.charAt(at) == '{') {
      // JSON, and whatever follows it.
      at++;
      entries(root, true);
    }
    entries(root, false);
    scopes.removeLast();
    return root;
  }

  /** Reads entries until the end of the block or file. */
  private void entries(final Block block, final boolean isInBlock) {
    while (true) {
      skipBlanks();
      if (isAtEnd()) {
        if (isInBlock) {
          problem(here(), "the file ends inside a block: '}' is missing");
        }
        return;
      }
      final char c = text.charAt(at);
      if (c == '}') {
        at++;
        if (isInBlock) {
          return;
        }
        problem(here(), "'}' without '{'");
        continue;
      }
      if (!entry(block)) {
        skipLine();
      }
    }
  }

  private boolean entry(final Block block) {
    final Place place = here();
    final String key = key();
    if (key.isEmpty()) {
      problem(place, "expected a key, found " + found());
      return false;
    }
    skipSpaces(false);
    if (key.equals("include") && !isAtEnd() && ":={".indexOf(text.charAt(at)) < 0) {
      return include(place, block);
    }
    // What belongs to the key may stand on a later line, as a block often does.
    if (isContinuedBelow()) {
      skipSpaces(true);
    }
    if (!isAtEnd() && (text.charAt(at) == ':' || text.charAt(at) == '=')) {
      at++;
      skipSpaces(true);
    }
    if (isAtEnd() || "\n,;}]".indexOf(text.charAt(at)) >= 0) {
      problem(place, key + ": a value is missing");
      return true;
    }
    final Optional<ConfigNode> value = value();
    if (value.isEmpty()) {
      return false;
    }
    // Its place among the others is that of the last one, too.
    block.entries().remove(key);
    block.entries().put(key, new Entry(place, key, value.get()));
    return isEndOfValue(place, key, value.get());
  }

  /**
   * Whether a line that ends behind a key goes on with its separator, a block, or a value alone.
   */
  private boolean isContinuedBelow() {
    if (isAtEnd() || text.charAt(at) != '\n') {
      return false;
    }
    int next = at;
    while (next < text.length() && Character.isWhitespace(text.charAt(next))) {
      next++;
    }
    if (next == text.length()) {
      return false;
    }
    if (":={[(\"'".indexOf(text.charAt(next)) >= 0) {
      return true;
    }
    final int lineEnd = text.indexOf('\n', next);
    final String rest = text.substring(next, lineEnd < 0 ? text.length() : lineEnd).strip();
    return rest.chars().allMatch(c -> c > ' ' && c != ':' && c != '=' && c != '}' && c != '{');
  }

  /** Behind a value that is no block there may be a comment or the next key's separator only. */
  private boolean isEndOfValue(final Place place, final String key, final ConfigNode value) {
    if (!(value instanceof Scalar)) {
      return true;
    }
    skipSpaces(false);
    if (isAtEnd() || "\n,;}]#".indexOf(text.charAt(at)) >= 0 || text.startsWith("//", at)) {
      return true;
    }
    problem(
        place,
        key
            + ": the value has to end behind the blank, found "
            + found()
            + "; a value with blanks needs quotes, and a comment cannot stand in its place");
    return false;
  }

  private boolean include(final Place place, final Block block) {
    final Optional<ConfigNode> name = value();
    if (name.isEmpty() || !(name.get() instanceof final Scalar file)) {
      problem(place, "include: expected a file name");
      return false;
    }
    if (depth >= INCLUDE_DEPTH_MAX) {
      problem(place, "include: more than " + INCLUDE_DEPTH_MAX + " files deep");
      return true;
    }
    final Path path;
    try {
      path = folder.resolve(file.text());
    } catch (final InvalidPathException e) {
      problem(place, "include: not a file name");
      return true;
    }
    final Block included = new Includes(environment, problems).read(path, place, depth + 1);
    block.entries().putAll(included.entries());
    block.variables().addAll(included.variables());
    return true;
  }

  private String key() {
    if (!isAtEnd() && (text.charAt(at) == '"' || text.charAt(at) == '\'')) {
      final char quote = text.charAt(at);
      return quoted(quote).orElse("");
    }
    final int start = at;
    while (!isAtEnd() && isKeyCharacter(text.charAt(at))) {
      at++;
    }
    return text.substring(start, at);
  }

  private Optional<ConfigNode> value() {
    final Place place = here();
    final char c = text.charAt(at);
    return switch (c) {
      case '{', '[' -> nested(place, c);
      case '"', '\'' -> quoted(c).map(found -> new Scalar(place, found, true));
      case '(' -> lines(place);
      default -> bare(place);
    };
  }

  private Optional<ConfigNode> nested(final Place place, final char opening) {
    if (nesting == NESTING_MAX) {
      problem(place, "more than " + NESTING_MAX + " blocks and lists in each other");
      return Optional.empty();
    }
    nesting++;
    at++;
    try {
      return opening == '{' ? Optional.of(block(place)) : sequence(place);
    } finally {
      nesting--;
    }
  }

  private Block block(final Place place) {
    final Block block = Block.at(place);
    scopes.add(block);
    entries(block, true);
    scopes.removeLast();
    return block;
  }

  private Optional<ConfigNode> sequence(final Place place) {
    final List<ConfigNode> elements = new ArrayList<>();
    while (true) {
      skipBlanks();
      if (isAtEnd()) {
        problem(place, "the file ends inside a list: ']' is missing");
        return Optional.of(new Sequence(place, elements));
      }
      if (text.charAt(at) == ']') {
        at++;
        return Optional.of(new Sequence(place, elements));
      }
      if (text.charAt(at) == '}') {
        problem(here(), "'}' inside a list");
        at++;
        continue;
      }
      final Optional<ConfigNode> element = value();
      if (element.isEmpty() || !isEndOfValue(place, "in a list", element.get())) {
        return Optional.empty();
      }
      elements.add(element.get());
    }
  }

  private Optional<String> quoted(final char quote) {
    final Place place = here();
    final StringBuilder found = new StringBuilder();
    at++;
    while (!isAtEnd() && text.charAt(at) != quote) {
      final char c = text.charAt(at++);
      if (c == '\n') {
        line++;
      }
      if (c == '\\' && quote == '"' && !isAtEnd()) {
        escape(place, found);
      } else {
        found.append(c);
      }
    }
    if (isAtEnd()) {
      problem(place, "the file ends inside a quoted text");
      return Optional.empty();
    }
    at++;
    return Optional.of(found.toString());
  }

  private void escape(final Place place, final StringBuilder found) {
    final char c = text.charAt(at++);
    switch (c) {
      case 't' -> found.append('\t');
      case 'n' -> found.append('\n');
      case 'r' -> found.append('\r');
      case '"', '\\' -> found.append(c);
      case 'x' -> hex(place, found);
      default -> problem(place, "unknown escape \\" + shown(c) + " in a text");
    }
  }

  private void hex(final Place place, final StringBuilder found) {
    if (at + 2 <= text.length()) {
      try {
        found.append((char) Integer.parseInt(text, at, at + 2, 16));
        at += 2;
        return;
      } catch (final NumberFormatException e) {
        // Told below, like digits that are missing.
      }
    }
    problem(place, "\\x needs two hexadecimal digits");
  }

  /** {@code ( … )}: everything up to a line that holds only the closing parenthesis. */
  private Optional<ConfigNode> lines(final Place place) {
    final int start = at + 1;
    int end = start;
    while (true) {
      end = text.indexOf(')', end);
      if (end < 0) {
        problem(place, "the file ends inside ( … )");
        at = text.length();
        return Optional.empty();
      }
      final int newLine = text.lastIndexOf('\n', end);
      if (newLine < start || text.substring(newLine, end).isBlank()) {
        break;
      }
      end++;
    }
    final String content = text.substring(start, end);
    line += (int) content.chars().filter(c -> c == '\n').count();
    at = end + 1;
    return Optional.of(new Scalar(place, content.strip(), true));
  }

  private Optional<ConfigNode> bare(final Place place) {
    final StringBuilder value = new StringBuilder();
    boolean isEscaped = false;
    while (!isAtEnd() && !isEndOfBare(text.charAt(at))) {
      final char c = text.charAt(at++);
      if (c == '\\' && !isAtEnd()) {
        isEscaped = true;
        escape(place, value);
      } else if (c == '\'') {
        problem(place, "a quote inside a value: put the value in double quotes");
        return Optional.empty();
      } else {
        value.append(c);
      }
    }
    final String found = value.toString();
    if (found.isEmpty()) {
      problem(place, "expected a value, found " + found());
      return Optional.empty();
    }
    // A bcrypt hash begins like a variable.
    if (!isEscaped
        && found.length() > 1
        && found.charAt(0) == '$'
        && !found.startsWith(BCRYPT_PREFIX)) {
      return Optional.of(variable(place, found.substring(1)));
    }
    return Optional.of(new Scalar(place, found, false));
  }

  private ConfigNode variable(final Place place, final String name) {
    for (final Block scope : scopes.reversed()) {
      final Entry entry = scope.entries().get(name);
      if (entry != null) {
        scope.variables().add(name);
        return entry.value();
      }
    }
    final String fromEnvironment = environment.get(name);
    if (fromEnvironment != null) {
      return new Scalar(place, fromEnvironment, false);
    }
    problem(place, "variable $" + name + " is set neither above nor in the environment");
    return new Scalar(place, "", true);
  }

  private static boolean isEndOfBare(final char c) {
    return Character.isWhitespace(c) || c == ',' || c == ';' || c == '}' || c == ']';
  }

  private static boolean isKeyCharacter(final char c) {
    return !Character.isWhitespace(c) && ":={}[],;\"'#()".indexOf(c) < 0;
  }

  /** Passes over what may stand between entries, comments included. */
  private void skipBlanks() {
    while (!isAtEnd()) {
      final char c = text.charAt(at);
      if (c == '#' || (c == '/' && text.startsWith("//", at))) {
        skipComment();
      } else if (c == ',' || c == ';' || (Character.isWhitespace(c) && c != '\n')) {
        at++;
      } else if (c == '\n') {
        line++;
        at++;
      } else {
        return;
      }
    }
  }

  /** Passes over what may stand in front of a value: a comment there would be the value. */
  private void skipSpaces(final boolean isOverLines) {
    while (!isAtEnd() && Character.isWhitespace(text.charAt(at))) {
      if (text.charAt(at) == '\n') {
        if (!isOverLines) {
          return;
        }
        line++;
      }
      at++;
    }
  }

  private void skipComment() {
    while (!isAtEnd() && text.charAt(at) != '\n') {
      at++;
    }
  }

  private void skipLine() {
    skipComment();
  }

  private boolean isAtEnd() {
    return at >= text.length();
  }

  private Place here() {
    return new Place(fileName, line);
  }

  private void problem(final Place place, final String message) {
    problems.add(new Problem(place.toString(), message));
  }

  private String found() {
    return isAtEnd() ? "the end of the file" : "'" + shown(text.charAt(at)) + "'";
  }

  private static String shown(final char c) {
    return c < ' ' ? "\\x%02x".formatted((int) c) : String.valueOf(c);
  }
}
