package io.mothership.transport.nats;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A dialogue from a {@code *.transcript} file: what the client sends, what it must get for it, and
 * whether the connection is open at the end.
 *
 * <pre>
 *  = title
 *  &gt; a line the client sends, CRLF is added    &gt;&gt; the same without CRLF
 *  &lt; a line the server answers; {*} stands for anything
 *  ! open | closed
 * </pre>
 *
 * {@code {a*300}} in a client's line is 300 times {@code a}; {@code \xNN \r \n \t \\} are bytes.
 */
record Transcript(String title, byte[] sent, Pattern expected, boolean isClosed) {
  private static final Pattern REPEATED = Pattern.compile("\\{(.)\\*(\\d+)}");
  private static final Pattern ESCAPED = Pattern.compile("\\\\(x[0-9a-f]{2}|[rnt\\\\])");

  static List<Transcript> read(final String name) {
    final String file = name + ".transcript";
    try (InputStream in = Transcript.class.getResourceAsStream(file)) {
      return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (final IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One char a byte. */
  static byte[] bytes(final String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  static String text(final byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private static List<Transcript> parse(final String text) {
    final List<Transcript> all = new ArrayList<>();
    String title = "";
    StringBuilder sent = new StringBuilder();
    StringBuilder expected = new StringBuilder();
    for (final String line : text.split("\n")) {
      final String rest = line.length() > 2 ? line.substring(2) : "";
      if (line.startsWith("= ")) {
        title = rest;
        sent = new StringBuilder();
        expected = new StringBuilder();
      } else if (line.startsWith(">> ")) {
        sent.append(unescape(line.substring(3)));
      } else if (line.startsWith(">")) {
        sent.append(unescape(rest)).append("\r\n");
      } else if (line.startsWith("<")) {
        expected.append(pattern(rest)).append("\r\n");
      } else if (line.startsWith("! ")) {
        all.add(
            new Transcript(
                title,
                bytes(sent.toString()),
                Pattern.compile(expected.toString()),
                "closed".equals(rest)));
      }
    }
    return all;
  }

  private static String pattern(final String line) {
    final StringBuilder pattern = new StringBuilder();
    for (final String part : line.split("\\{\\*}", -1)) {
      if (!pattern.isEmpty()) {
        pattern.append("[^\\r]*");
      }
      pattern.append(part.isEmpty() ? "(?:)" : Pattern.quote(unescape(part)));
    }
    return pattern.toString();
  }

  private static String unescape(final String line) {
    final String bytes =
        ESCAPED
            .matcher(line)
            .replaceAll(
                match ->
                    Matcher.quoteReplacement(
                        switch (match.group(1).charAt(0)) {
                          case 'r' -> "\r";
                          case 'n' -> "\n";
                          case 't' -> "\t";
                          case '\\' -> "\\";
                          default -> "" + (char) Integer.parseInt(match.group(1).substring(1), 16);
                        }));
    return REPEATED
        .matcher(bytes)
        .replaceAll(
            match ->
                Matcher.quoteReplacement(match.group(1).repeat(Integer.parseInt(match.group(2)))));
  }
}
