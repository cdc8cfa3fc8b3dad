/** Benchmarks of the NATS head. */
package io.mothership.transport.nats;
