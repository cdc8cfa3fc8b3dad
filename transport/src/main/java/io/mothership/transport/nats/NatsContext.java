package io.mothership.transport.nats;

import io.mothership.bus.Ingress;
import io.mothership.transport.head.BufferBudget;
import io.mothership.transport.head.ChunkPool;
import io.mothership.transport.head.ConnectionRegistry;
import java.util.function.LongSupplier;

/**
 * What all connections of one listener share.
 *
 * @param connectionIds gives each connection of any head in this process its own number
 * @param afterRead run on the event loop when a read, or a timer, has put something into the ring
 * @param buffers what all their unfinished messages and backlogs may take
 * @param registry told about connections that come and go
 */
record NatsContext(
    NatsConfig config,
    Ingress ingress,
    LongSupplier connectionIds,
    Runnable afterRead,
    NatsGreeting greeting,
    ChunkPool chunks,
    BufferBudget buffers,
    NatsCounters counters,
    ConnectionRegistry<NatsConnection> registry) {

  /** The same for connections that come after a change of the configuration. */
  NatsContext with(final NatsConfig newConfig, final NatsGreeting newGreeting) {
    return new NatsContext(
        newConfig,
        ingress,
        connectionIds,
        afterRead,
        newGreeting,
        chunks,
        buffers,
        counters,
        registry);
  }
}
