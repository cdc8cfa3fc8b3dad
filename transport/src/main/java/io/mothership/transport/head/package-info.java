/**
 * What all protocol heads share: the way out of a connection in pooled chunks, the budget for them,
 * keep-alive, the registry of connections, and what to do while the ring is full.
 *
 * <p>Event loops (ms-io-n), except the producing side of outboxes, which ms-dispatch owns. No
 * protocol: what bytes mean is the head's.
 */
package io.mothership.transport.head;
