/**
 * How messages travel between threads: the ingress ring, outboxes, doorbells, and the {@code
 * Fabric} port through which services use the broker.
 *
 * <p>Producers are the I/O loops and virtual threads, the one consumer is ms-dispatch. No queue
 * here is unbounded, and no per-message object is made.
 */
package io.mothership.bus;
