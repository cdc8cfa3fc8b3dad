package io.mothership.api.fleet;

/** Places in the order in which records were made, as the keys of lists. */
final class Places {
  private Places() {}

  /** 0 for the start. Keys come out of checked cursors only. */
  static long of(final String key) {
    return key.isEmpty() ? 0 : Long.parseLong(key);
  }
}
