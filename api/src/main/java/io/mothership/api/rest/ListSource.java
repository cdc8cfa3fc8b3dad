package io.mothership.api.rest;

import java.util.List;
import java.util.Optional;

/**
 * A list as a service hands it out, in an order that stays: what is added later comes at the end.
 * May block.
 */
public interface ListSource<T> {

  /**
   * Items behind one.
   *
   * @param after key of that one, empty for the start
   */
  List<T> next(String after, int count);

  /** What tells an item's place in the list; not empty. */
  String key(T item);

  /** Key of the item in place {@code count} behind one, if another follows it. */
  default Optional<String> end(final String after, final int count) {
    final List<T> found = next(after, count + 1);
    return found.size() > count ? Optional.of(key(found.get(count - 1))) : Optional.empty();
  }
}
