/**
 * The fleet's vocabulary on the wire: the subjects of telemetry, events, entities, commands and
 * operations, each made and read in one place.
 *
 * <p>Values only, any thread. Knows no streams, no records and no engine.
 */
package io.mothership.fleet;
