/**
 * The device side: a client that registers, publishes telemetry and events with acknowledgements,
 * takes commands, and survives any outage of the link or the server.
 *
 * <p>Each {@link io.mothership.alien.Alien} owns one thread, ms-alien-link, that alone talks to the
 * NATS connection; callers only touch a bounded window of outgoing messages. Nothing of the
 * server's modules may be imported here: the contract is HTTP, NATS and JSON.
 */
package io.mothership.alien;
