package io.mothership.storage.sql;

/**
 * A row and its place in the order in which rows were made.
 *
 * @param place above 0; never given again
 */
public record Placed<T>(long place, T row) {}
