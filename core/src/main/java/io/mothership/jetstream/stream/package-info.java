/**
 * Streams: how messages come in, what makes them go, and what of it outlives a start. {@code
 * StreamHome} is where they live, {@code ConsumerLayer} what they tell those above.
 *
 * <p>All on ms-dispatch, except recovery. Everything follows from the journal's records in their
 * order; no I/O, no object per message, nothing of consumers or of the API.
 */
package io.mothership.jetstream.stream;
