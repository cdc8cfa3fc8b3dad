/**
 * Signals of the operating system, for which the JDK has no public API: {@code sun.misc.Signal} has
 * a warning that cannot be suppressed, so its twin in {@code jdk.internal.misc} is used, which is
 * exported to the appliance for Agrona's sake anyway.
 *
 * <p>Handlers run on a thread of the JVM's. SIGTERM and SIGINT are not taken here: they are the
 * shutdown hooks' business.
 */
package io.mothership.signal;
