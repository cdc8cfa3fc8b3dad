/**
 * What is known of a stream's messages without reading them: sequence, size, time, subject, place.
 *
 * <p>Columns in chunks, packed while a checkpoint has them; all on ms-dispatch. Knows no streams,
 * configurations or records, and uses no other room.
 */
package io.mothership.jetstream.index;
