/**
 * Subjects and who listens to them: validation, the trie of subscriptions, match results.
 *
 * <p>Owned by ms-dispatch except the stateless checks of {@code Subjects}. Nothing here knows
 * sockets or streams.
 */
package io.mothership.routing;
