package io.mothership.api.testkit;

import dev.harrel.jsonschema.Dialects;
import dev.harrel.jsonschema.FormatEvaluatorFactory;
import dev.harrel.jsonschema.Validator;
import dev.harrel.jsonschema.ValidatorFactory;
import io.mothership.json.JsonValue;
import io.mothership.json.JsonValue.Flag;
import io.mothership.json.JsonValue.Items;
import io.mothership.json.JsonValue.Member;
import io.mothership.json.JsonValue.Members;
import io.mothership.json.JsonValue.Text;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The schemas of the contract, each in two strengths: what clients send may have members that the
 * contract does not name, what the server answers may not, unless the schema says {@code
 * additionalProperties}.
 */
final class ContractSchemas {
  private static final String COMPONENT = "#/components/schemas/";
  private static final String COMPONENTS = "urn:contract:components";
  private static final Set<String> SCHEMA_MAPS = Set.of("properties", "patternProperties", "$defs");
  private static final Set<String> SCHEMA_LISTS = Set.of("allOf", "anyOf", "oneOf", "prefixItems");
  private static final Set<String> SCHEMAS =
      Set.of("items", "additionalProperties", "not", "if", "then", "else", "contains");

  /** Whether members that are not named may be there. */
  enum Strength {
    OPEN,
    CLOSED
  }

  private final Validator validator =
      new ValidatorFactory()
          .withJsonNodeFactory(SchemaNode.FACTORY)
          .withDialect(new Dialects.Draft2020Dialect())
          .withEvaluatorFactory(new FormatEvaluatorFactory())
          .createValidator();
  private final Map<String, URI> registered = new HashMap<>();

  ContractSchemas(final Members componentSchemas) {
    final List<Member> definitions = new ArrayList<>();
    for (final Strength strength : Strength.values()) {
      for (final Member schema : componentSchemas.members()) {
        definitions.add(
            new Member(name(schema.name(), strength), rewritten(schema.value(), strength)));
      }
    }
    validator.registerSchema(
        URI.create(COMPONENTS),
        SchemaNode.of(new Members(List.of(new Member("$defs", new Members(definitions))))));
  }

  /** What is wrong with {@code value}, each with its place in it; empty if nothing. */
  List<String> violations(final JsonValue schema, final Strength strength, final JsonValue value) {
    final URI uri;
    synchronized (registered) {
      uri =
          registered.computeIfAbsent(
              strength + " " + schema,
              key ->
                  validator.registerSchema(
                      URI.create("urn:contract:" + registered.size()),
                      SchemaNode.of(rewritten(schema, strength))));
    }
    return validator.validate(uri, SchemaNode.of(value)).getErrors().stream()
        .map(error -> error.getInstanceLocation() + ": " + error.getError())
        .distinct()
        .toList();
  }

  private static String name(final String component, final Strength strength) {
    return strength + "." + component;
  }

  private static JsonValue rewritten(final JsonValue schema, final Strength strength) {
    if (!(schema instanceof final Members object)) {
      return schema;
    }
    // What stands beside alternatives, or in a part of a whole, is closed where the whole is.
    final boolean isWhole = object.find("properties").isPresent() || has(object, "allOf");
    final Strength below = isWhole ? Strength.OPEN : strength;
    final List<Member> members = new ArrayList<>();
    for (final Member member : object.members()) {
      final JsonValue value = member.value();
      final JsonValue made;
      if (member.name().equals("$ref") && value instanceof final Text reference) {
        made =
            new Text(
                COMPONENTS
                    + "#/$defs/"
                    + name(reference.value().substring(COMPONENT.length()), strength));
      } else if (SCHEMA_LISTS.contains(member.name()) && value instanceof final Items list) {
        made = new Items(list.values().stream().map(item -> rewritten(item, below)).toList());
      } else if (SCHEMA_MAPS.contains(member.name()) && value instanceof final Members map) {
        made =
            new Members(
                map.members().stream()
                    .map(item -> new Member(item.name(), rewritten(item.value(), strength)))
                    .toList());
      } else if (SCHEMAS.contains(member.name())) {
        made = rewritten(value, strength);
      } else {
        made = value;
      }
      members.add(new Member(member.name(), made));
    }
    if (strength == Strength.CLOSED && isWhole && !has(object, "additionalProperties")) {
      members.add(new Member("unevaluatedProperties", new Flag(false)));
    }
    return new Members(members);
  }

  private static boolean has(final Members object, final String name) {
    return object.find(name).isPresent();
  }
}
