package io.mothership.api.commands;

import io.mothership.error.ServiceException;
import io.mothership.error.ServiceException.Kind;
import io.mothership.json.JsonSyntaxException;
import io.mothership.json.JsonTree;
import io.mothership.json.JsonValue;
import io.mothership.json.JsonWriter;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * A command as its sender wrote it: an object with a {@code type}, and a {@code command_id} if the
 * sender wants to be able to repeat it. Checked when made.
 */
final class CommandBody {
  private static final String ID = "command_id";
  private static final String TIME = "timestamp";
  private static final int ID_LENGTH_MAX = 128;

  private final JsonValue.Members members;
  private final Optional<String> id;

  private CommandBody(final JsonValue.Members members, final Optional<String> id) {
    this.members = members;
    this.id = id;
  }

  /**
   * @throws ServiceException {@code INVALID}
   */
  static CommandBody read(final byte[] json) {
    try {
      if (JsonTree.parse(json) instanceof final JsonValue.Members members) {
        if (members.find("type").orElse(null) instanceof JsonValue.Text(final String type)
            && !type.isBlank()) {
          return new CommandBody(members, members.find(ID).map(CommandBody::id));
        }
        throw invalid("type is required");
      }
      throw invalid("a command is a JSON object");
    } catch (final JsonSyntaxException e) {
      throw new ServiceException(Kind.INVALID, "INVALID_REQUEST", e.getMessage());
    }
  }

  private static String id(final JsonValue given) {
    if (given instanceof JsonValue.Text(final String id) && isId(id)) {
      return id;
    }
    throw invalid("command_id must match [A-Za-z0-9_.-]{1,128}");
  }

  private static boolean isId(final String id) {
    for (int i = 0; i < id.length(); i++) {
      final char c = id.charAt(i);
      final boolean isLetter = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
      if (!isLetter && c != '_' && c != '.' && c != '-') {
        return false;
      }
    }
    return !id.isEmpty() && id.length() <= ID_LENGTH_MAX;
  }

  private static ServiceException invalid(final String message) {
    return new ServiceException(Kind.INVALID, "VALIDATION", message);
  }

  /** The sender's id for it. */
  Optional<String> id() {
    return id;
  }

  /**
   * As the device gets it.
   *
   * @param time when it was queued, unless the sender gave a time
   */
  byte[] payload(final String commandId, final String time) {
    final JsonWriter writer = new JsonWriter().beginObject().text(ID, commandId);
    for (final JsonValue.Member member : members.members()) {
      if (!member.name().equals(ID)) {
        writer.name(member.name()).value(member.value());
      }
    }
    if (members.find(TIME).isEmpty()) {
      writer.text(TIME, time);
    }
    return writer.endObject().toBytes();
  }

  /** The same for commands that say the same, in whatever order; the id does not count. */
  String fingerprint() {
    final List<JsonValue.Member> said =
        members.members().stream().filter(member -> !member.name().equals(ID)).toList();
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256")
                  .digest(new JsonWriter().value(ordered(new JsonValue.Members(said))).toBytes()));
    } catch (final NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-256", e);
    }
  }

  private static JsonValue ordered(final JsonValue value) {
    return switch (value) {
      case JsonValue.Members object ->
          new JsonValue.Members(
              object.members().stream()
                  .map(member -> new JsonValue.Member(member.name(), ordered(member.value())))
                  .sorted(Comparator.comparing(JsonValue.Member::name))
                  .toList());
      case JsonValue.Items items ->
          new JsonValue.Items(items.values().stream().map(CommandBody::ordered).toList());
      default -> value;
    };
  }
}
