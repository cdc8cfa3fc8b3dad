/**
 * The NATS head: the client protocol of nats-server over TCP and TLS.
 *
 * <p>{@code NatsInitializer → NatsDecoder → NatsConnection → Ingress → dispatcher → NatsOutbox →
 * NatsEncoder}. Everything runs on the connection's event loop (ms-io-n), except the producing side
 * of {@code NatsOutbox} and {@code NatsEncoder}, which ms-dispatch owns. Nothing here knows
 * subscriptions of others, streams or the journal. The spec map, deviations and gaps are in {@code
 * README.md} beside this file.
 */
package io.mothership.transport.nats;
