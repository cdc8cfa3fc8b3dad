/**
 * JetStream: streams, their index over the journal, consumers, and the API that manages them.
 *
 * <p>Single-threaded on ms-dispatch behind {@code Exchange} (what it may ask) and {@code
 * StreamLayer} (what it is told). Messages live in the journal; here are only sequences, sizes,
 * times, subjects and locations. No I/O, no locks, no object per message.
 */
package io.mothership.stream;
