/**
 * What the appliance asks of JetStream for fleets: its own streams, and the broadcast that becomes
 * a command for each entity.
 *
 * <p>Handed to the engine by the wiring; the hook runs on ms-dispatch and may not block. Uses the
 * engine's {@code model} and nothing else of it.
 */
package io.mothership.fleet.streams;
