/**
 * How services use messaging, whether the broker is in this process or a cluster elsewhere: the
 * {@code Fabric} port with its taps, consumers and buckets, and what of it is the same over any
 * connection that speaks NATS ({@code WireFabric}).
 *
 * <p>Any thread but the agents'; callbacks come on virtual threads. Nothing here knows frames,
 * rings or a socket, and nothing holds more than a bounded number of messages.
 */
package io.mothership.fabric;
