/**
 * JetStream: the one door of the dispatcher to streams, consumers and the API that manages them.
 *
 * <p>Single-threaded on ms-dispatch behind {@code Exchange} (what it may ask) and {@code
 * StreamLayer} (what it is told). Rooms below use each other downwards only: {@code api, consumer,
 * stream, index, model}. No I/O, no locks, no object per message; nothing here knows fleets.
 */
package io.mothership.jetstream;
