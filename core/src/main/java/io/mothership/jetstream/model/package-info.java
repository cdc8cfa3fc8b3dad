/**
 * Values of JetStream: configurations of streams and consumers, limits, errors, times.
 *
 * <p>Read and written as clients know them; no state, any thread unless said otherwise. May look at
 * {@code index} for subject patterns only.
 */
package io.mothership.jetstream.model;
