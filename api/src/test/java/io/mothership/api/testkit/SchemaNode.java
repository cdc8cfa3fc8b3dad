package io.mothership.api.testkit;

import dev.harrel.jsonschema.JsonNode;
import dev.harrel.jsonschema.JsonNodeFactory;
import dev.harrel.jsonschema.SimpleType;
import io.mothership.json.JsonSyntaxException;
import io.mothership.json.JsonTree;
import io.mothership.json.JsonValue;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The project's JSON as the schema validator reads it. Equal by value, numbers by their size. */
final class SchemaNode implements JsonNode {
  static final JsonNodeFactory FACTORY =
      new JsonNodeFactory() {
        @Override
        public JsonNode wrap(final Object value) {
          return value instanceof final JsonNode node ? node : of((JsonValue) value);
        }

        @Override
        public JsonNode create(final String text) {
          try {
            return of(JsonTree.parse(text.getBytes(StandardCharsets.UTF_8)));
          } catch (final JsonSyntaxException e) {
            throw new IllegalArgumentException(e);
          }
        }
      };

  private final JsonValue value;
  private final String pointer;

  private SchemaNode(final JsonValue value, final String pointer) {
    this.value = value;
    this.pointer = pointer;
  }

  static SchemaNode of(final JsonValue value) {
    return new SchemaNode(value, "");
  }

  @Override
  public String getJsonPointer() {
    return pointer;
  }

  @Override
  public SimpleType getNodeType() {
    return switch (value) {
      case JsonValue.Text text -> SimpleType.STRING;
      case JsonValue.Flag flag -> SimpleType.BOOLEAN;
      case JsonValue.Nothing nothing -> SimpleType.NULL;
      case JsonValue.Items items -> SimpleType.ARRAY;
      case JsonValue.Members members -> SimpleType.OBJECT;
      case JsonValue.Literal literal ->
          asNumber().stripTrailingZeros().scale() <= 0 ? SimpleType.INTEGER : SimpleType.NUMBER;
    };
  }

  @Override
  public boolean asBoolean() {
    return ((JsonValue.Flag) value).value();
  }

  @Override
  public String asString() {
    return ((JsonValue.Text) value).value();
  }

  @Override
  public BigInteger asInteger() {
    return asNumber().toBigInteger();
  }

  @Override
  public BigDecimal asNumber() {
    return new BigDecimal(((JsonValue.Literal) value).digits());
  }

  @Override
  public List<JsonNode> asArray() {
    final List<JsonNode> nodes = new ArrayList<>();
    for (final JsonValue item : ((JsonValue.Items) value).values()) {
      nodes.add(new SchemaNode(item, pointer + "/" + nodes.size()));
    }
    return nodes;
  }

  @Override
  public Map<String, JsonNode> asObject() {
    final Map<String, JsonNode> nodes = new LinkedHashMap<>();
    for (final JsonValue.Member member : ((JsonValue.Members) value).members()) {
      final String below = pointer + "/" + JsonNode.encodeJsonPointer(member.name());
      nodes.put(member.name(), new SchemaNode(member.value(), below));
    }
    return nodes;
  }

  @Override
  public boolean equals(final Object other) {
    if (!(other instanceof final SchemaNode that)) {
      return false;
    }
    return switch (value) {
      case JsonValue.Literal literal ->
          that.value instanceof JsonValue.Literal && asNumber().compareTo(that.asNumber()) == 0;
      case JsonValue.Items items ->
          that.value instanceof JsonValue.Items && asArray().equals(that.asArray());
      case JsonValue.Members members ->
          that.value instanceof JsonValue.Members && asObject().equals(that.asObject());
      default -> value.equals(that.value);
    };
  }

  @Override
  public int hashCode() {
    return switch (value) {
      case JsonValue.Literal literal -> asNumber().stripTrailingZeros().hashCode();
      case JsonValue.Items items -> asArray().hashCode();
      case JsonValue.Members members -> asObject().hashCode();
      default -> value.hashCode();
    };
  }
}
