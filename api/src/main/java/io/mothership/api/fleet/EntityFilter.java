package io.mothership.api.fleet;

/**
 * Which entities a list is of.
 *
 * @param status empty for any
 * @param type empty for any
 */
record EntityFilter(String orgId, String status, String type) {}
