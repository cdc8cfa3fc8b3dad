package io.mothership.json;

import java.util.List;
import java.util.Optional;

/** A JSON value as it was written. Immutable. */
public sealed interface JsonValue {

  /** The kind's name in error messages. */
  String kind();

  record Text(String value) implements JsonValue {
    @Override
    public String kind() {
      return "string";
    }
  }

  /** Kept as its literal, so that nothing is lost. */
  record Literal(String digits) implements JsonValue {
    @Override
    public String kind() {
      return "number";
    }

    /** Infinite if the literal is out of range. */
    public double toDouble() {
      return Double.parseDouble(digits);
    }
  }

  record Flag(boolean value) implements JsonValue {
    @Override
    public String kind() {
      return "bool";
    }
  }

  record Nothing() implements JsonValue {
    @Override
    public String kind() {
      return "null";
    }
  }

  record Items(List<JsonValue> values) implements JsonValue {
    @Override
    public String kind() {
      return "array";
    }
  }

  /** Members in the order written; of a repeated name the last counts. */
  record Members(List<Member> members) implements JsonValue {
    @Override
    public String kind() {
      return "object";
    }

    public boolean isEmpty() {
      return members.isEmpty();
    }

    public Optional<JsonValue> find(final String name) {
      for (int i = members.size() - 1; i >= 0; i--) {
        if (members.get(i).name().equals(name)) {
          return Optional.of(members.get(i).value());
        }
      }
      return Optional.empty();
    }

    /**
     * Ignoring case, and members that are {@code null}: how the contract's request types are read.
     */
    public Optional<JsonValue> findLoosely(final String name) {
      for (int i = members.size() - 1; i >= 0; i--) {
        final Member member = members.get(i);
        if (member.name().equalsIgnoreCase(name) && !(member.value() instanceof Nothing)) {
          return Optional.of(member.value());
        }
      }
      return Optional.empty();
    }
  }

  record Member(String name, JsonValue value) {}
}
