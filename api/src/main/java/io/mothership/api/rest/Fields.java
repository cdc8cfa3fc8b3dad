package io.mothership.api.rest;

import io.mothership.json.JsonValue;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * The members of a JSON object, read by rules. What is wrong is collected and told by {@link #done}
 * all at once; until then a neutral value stands for what was refused. A member that is {@code
 * null} counts as absent.
 *
 * <pre>
 *  final Fields fields = call.body().fields();
 *  final URI url = fields.required("url", Rules.url(List.of("https")));
 *  final boolean isActive = fields.optional("active", Rules.flag()).orElse(true);
 *  fields.done();
 * </pre>
 *
 * <p><i>Thread:</i> one.
 */
public final class Fields {
  private final JsonValue.Members members;
  private final String prefix;
  private final Problems problems;
  private final Set<String> asked = new HashSet<>();

  private Fields(final JsonValue.Members members, final String prefix, final Problems problems) {
    this.members = members;
    this.prefix = prefix;
    this.problems = problems;
  }

  static Fields of(final JsonValue.Members members) {
    return new Fields(members, "", new Problems());
  }

  /** Whether the member is there, be it {@code null}: an update may take a value away. */
  public boolean has(final String name) {
    return members.find(name).isPresent();
  }

  public <T> T required(final String name, final Rule<T> rule) {
    final Optional<JsonValue> value = find(name);
    if (value.isEmpty()) {
      problems.add(prefix + name, prefix + name + " is required");
      return rule.neutral();
    }
    return read(name, value.get(), rule);
  }

  public <T> Optional<T> optional(final String name, final Rule<T> rule) {
    return find(name).map(value -> read(name, value, rule));
  }

  /** The members of an object in this one; its problems are told with ours. */
  public Optional<Fields> nested(final String name) {
    final Optional<JsonValue> value = find(name);
    if (value.isEmpty()) {
      return Optional.empty();
    }
    if (value.get() instanceof final JsonValue.Members object) {
      return Optional.of(new Fields(object, prefix + name + ".", problems));
    }
    broken(name, Rules.wrongType("object", value.get()));
    return Optional.empty();
  }

  /**
   * A list of objects; an absent one is empty.
   *
   * @param item reads one of them; an {@link IllegalArgumentException} of it is a problem like
   *     others
   */
  public <T> List<T> objects(
      final String name, final int countMin, final int countMax, final Function<Fields, T> item) {
    final JsonValue value = find(name).orElseGet(() -> new JsonValue.Items(List.of()));
    final List<T> read = new ArrayList<>();
    try {
      if (!(value instanceof JsonValue.Items(final List<JsonValue> values))) {
        throw Rules.wrongType("array", value);
      }
      Rules.requireCount(values.size(), countMin, countMax);
      for (int i = 0; i < values.size(); i++) {
        object(name + "[" + i + "]", values.get(i), item).ifPresent(read::add);
      }
    } catch (final BrokenRule e) {
      broken(name, e);
    }
    return List.copyOf(read);
  }

  private <T> Optional<T> object(
      final String name, final JsonValue value, final Function<Fields, T> item) {
    if (!(value instanceof final JsonValue.Members object)) {
      broken(name, Rules.wrongType("object", value));
      return Optional.empty();
    }
    final Fields fields = new Fields(object, prefix + name + ".", problems);
    final int before = problems.count();
    try {
      final T read = item.apply(fields);
      fields.noOthers();
      return Optional.of(read);
    } catch (final IllegalArgumentException e) {
      if (problems.count() == before) {
        problems.add(prefix + name, prefix + name + ": " + e.getMessage());
      }
      return Optional.empty();
    }
  }

  /** Tells a problem that no rule of one value finds. */
  public void problem(final String name, final String message) {
    problems.add(prefix + name, prefix + name + " " + message);
  }

  /**
   * Nothing else is read: members that nobody asked for are problems, as dropping them without a
   * word would be a surprise.
   *
   * @throws io.mothership.error.ServiceException {@code INVALID} if there are any problems
   */
  public void done() {
    noOthers();
    problems.check();
  }

  /**
   * The same for a vocabulary that is open: other members are passed over.
   *
   * @throws io.mothership.error.ServiceException {@code INVALID} if there are any problems
   */
  public void doneLoosely() {
    problems.check();
  }

  private void noOthers() {
    for (final JsonValue.Member member : members.members()) {
      if (!asked.contains(member.name())) {
        final String name = prefix + Quoted.of(member.name());
        problems.add(name, name + " is not known here");
      }
    }
  }

  private Optional<JsonValue> find(final String name) {
    asked.add(name);
    return members.find(name).filter(value -> !(value instanceof JsonValue.Nothing));
  }

  private <T> T read(final String name, final JsonValue value, final Rule<T> rule) {
    try {
      return rule.read(value);
    } catch (final BrokenRule e) {
      broken(name, e);
      return rule.neutral();
    }
  }

  private void broken(final String name, final BrokenRule e) {
    problems.add(prefix + name, e.of(prefix + name));
  }
}
