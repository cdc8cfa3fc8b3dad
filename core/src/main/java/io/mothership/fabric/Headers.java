package io.mothership.fabric;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The headers of a message, in order; names are compared as written, as NATS does, and may repeat.
 *
 * <p>Immutable.
 */
public final class Headers {
  /** No headers. */
  public static final Headers NONE = new Headers(0, "", List.of());

  /** Makes a publish of the same id within the stream's window of no effect. */
  public static final String MESSAGE_ID = "Nats-Msg-Id";

  /** The publish is refused unless this is the sequence of the subject's last message. */
  public static final String EXPECTED_LAST_SUBJECT_SEQUENCE = "Nats-Expected-Last-Subject-Sequence";

  private static final String VERSION = "NATS/1.0";
  private static final String LINE_END = "\r\n";
  private static final int STATUS_LENGTH = 3;

  private final int status;
  private final String description;
  private final List<Header> headers;

  private Headers(final int status, final String description, final List<Header> headers) {
    this.status = status;
    this.description = description;
    this.headers = headers;
  }

  /** One line. */
  public record Header(String name, String value) {}

  public static Headers of(final String name, final String value) {
    return NONE.with(name, value);
  }

  /**
   * Reads a block as it is on the wire, {@code NATS/1.0 …} to the empty line; what is no header
   * line in it is passed over.
   */
  public static Headers parse(final byte[] block) {
    if (block.length == 0) {
      return NONE;
    }
    final String[] lines = new String(block, StandardCharsets.UTF_8).split(LINE_END, -1);
    final String[] inline =
        lines[0].startsWith(VERSION)
            ? lines[0].substring(VERSION.length()).strip().split(" ", 2)
            : new String[] {""};
    final List<Header> found = new ArrayList<>();
    for (int i = 1; i < lines.length; i++) {
      final int colon = lines[i].indexOf(':');
      if (colon > 0) {
        found.add(new Header(lines[i].substring(0, colon), lines[i].substring(colon + 1).strip()));
      }
    }
    return new Headers(
        status(inline[0]), inline.length > 1 ? inline[1].strip() : "", List.copyOf(found));
  }

  private static int status(final String text) {
    return text.length() == STATUS_LENGTH && text.chars().allMatch(c -> c >= '0' && c <= '9')
        ? Integer.parseInt(text)
        : 0;
  }

  /**
   * The same and one line more.
   *
   * @throws IllegalArgumentException if it would not be one line
   */
  public Headers with(final String name, final String value) {
    if (name.isEmpty() || name.chars().anyMatch(c -> c <= ' ' || c == ':' || c >= 0x7F)) {
      throw new IllegalArgumentException("not a header name: length=" + name.length());
    }
    if (value.chars().anyMatch(c -> c == '\r' || c == '\n')) {
      throw new IllegalArgumentException("a header value is one line: name=" + name);
    }
    final List<Header> more = new ArrayList<>(headers);
    more.add(new Header(name, value));
    return new Headers(status, description, List.copyOf(more));
  }

  /** The first value of a name. */
  public Optional<String> first(final String name) {
    return headers.stream().filter(h -> h.name().equals(name)).map(Header::value).findFirst();
  }

  /** All values of a name, in order. */
  public List<String> all(final String name) {
    return headers.stream().filter(h -> h.name().equals(name)).map(Header::value).toList();
  }

  /** All of them, in order. */
  public List<Header> list() {
    return headers;
  }

  /** The number behind the version, e.g. 503 where nobody listens; 0 = an ordinary message. */
  public int status() {
    return status;
  }

  /** The text behind the number. */
  public String description() {
    return description;
  }

  public boolean isEmpty() {
    return status == 0 && headers.isEmpty();
  }

  /** As it goes on the wire; nothing if it is empty. */
  public byte[] block() {
    if (isEmpty()) {
      return new byte[0];
    }
    final StringBuilder block = new StringBuilder(VERSION);
    if (status != 0) {
      block.append(' ').append(status);
      if (!description.isEmpty()) {
        block.append(' ').append(description);
      }
    }
    block.append(LINE_END);
    for (final Header header : headers) {
      block.append(header.name()).append(": ").append(header.value()).append(LINE_END);
    }
    return block.append(LINE_END).toString().getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public boolean equals(final Object other) {
    return other instanceof final Headers that
        && status == that.status
        && description.equals(that.description)
        && headers.equals(that.headers);
  }

  @Override
  public int hashCode() {
    return 31 * status + headers.hashCode();
  }

  @Override
  public String toString() {
    return (status == 0 ? "" : status + " " + description + " ") + headers;
  }
}
