package io.mothership.api.fleet;

import io.mothership.error.ServiceException;
import io.mothership.json.JsonSyntaxException;
import io.mothership.json.JsonTree;
import io.mothership.json.JsonValue;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** Reads a request body into typed fields, refusing other types in the contract's words. */
final class RequestFields {
  private static final JsonValue.Members NO_MEMBERS = new JsonValue.Members(List.of());

  private final JsonValue.Members members;
  private final String type;
  private final String prefix;

  private RequestFields(final JsonValue.Members members, final String type, final String prefix) {
    this.members = members;
    this.type = type;
    this.prefix = prefix;
  }

  /** The fields of a body that stands for the request type {@code type}. */
  static RequestFields of(final byte[] body, final String type) {
    return new RequestFields(members(body, "ontology." + type), type, "");
  }

  /** The members of a body that is any object. */
  static JsonValue.Members membersOf(final byte[] body) {
    return members(body, "map[string]interface {}");
  }

  private static JsonValue.Members members(final byte[] body, final String goType) {
    try {
      return switch (JsonTree.parse(body)) {
        case JsonValue.Members object -> object;
        case JsonValue.Nothing nothing -> NO_MEMBERS;
        case JsonValue other ->
            throw FleetRefusals.unreadable(
                "json: cannot unmarshal " + other.kind() + " into Go value of type " + goType);
      };
    } catch (final JsonSyntaxException e) {
      throw FleetRefusals.unreadable(e.getMessage());
    }
  }

  /** Empty text if absent. */
  String text(final String name) {
    return switch (members.findLoosely(name).orElse(null)) {
      case null -> "";
      case JsonValue.Text(final String text) -> text;
      case JsonValue other -> throw wrongType(name, other, "string");
    };
  }

  OptionalDouble number(final String name) {
    return switch (members.findLoosely(name).orElse(null)) {
      case null -> OptionalDouble.empty();
      case JsonValue.Literal literal -> {
        final double value = literal.toDouble();
        if (Double.isInfinite(value)) {
          throw FleetRefusals.unreadable(
              "json: cannot unmarshal number %s into Go struct field %s.%s%s of type float64"
                  .formatted(literal.digits(), type, prefix, name));
        }
        yield OptionalDouble.of(value);
      }
      case JsonValue other -> throw wrongType(name, other, "float64");
    };
  }

  /** Any JSON, for what is kept as it is. */
  Optional<JsonValue> any(final String name) {
    return members.findLoosely(name);
  }

  Optional<JsonValue> object(final String name) {
    return switch (members.findLoosely(name).orElse(null)) {
      case null -> Optional.empty();
      case JsonValue.Members object -> Optional.of(object);
      case JsonValue other -> throw wrongType(name, other, "map[string]interface {}");
    };
  }

  Optional<RequestFields> nested(final String name, final String nestedType) {
    return switch (members.findLoosely(name).orElse(null)) {
      case null -> Optional.empty();
      case JsonValue.Members object ->
          Optional.of(new RequestFields(object, nestedType, prefix + name + "."));
      case JsonValue other -> throw wrongType(name, other, "ontology." + nestedType);
    };
  }

  private ServiceException wrongType(
      final String name, final JsonValue actual, final String wanted) {
    return FleetRefusals.unreadable(
        "json: cannot unmarshal %s into Go struct field %s.%s%s of type %s"
            .formatted(actual.kind(), type, prefix, name, wanted));
  }
}
