/**
 * Consumers: cursors over streams, deliveries, acknowledgements, and who waits for them.
 *
 * <p>All on ms-dispatch, except recovery. What happens is told through {@code ConsumerEvents};
 * nothing here reads or answers requests of the API.
 */
package io.mothership.jetstream.consumer;
