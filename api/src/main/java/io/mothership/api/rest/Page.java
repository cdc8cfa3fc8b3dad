package io.mothership.api.rest;

/**
 * The part of a list that a client asks for.
 *
 * @param limit items at most
 * @param after key of the item before the first, empty to begin at the start
 */
public record Page(int limit, String after) {
  static final int LIMIT_DEFAULT = 100;
  static final int LIMIT_MAX = 1_000;

  /** Items of the reference's own lists, which are arrays of everything. */
  static final int WHOLE_LIMIT = 10_000;
}
