/**
 * What moves, as seen from outside: the live feed and the history of telemetry, both cursors over
 * the journal.
 *
 * <p>One virtual thread per reader, going at its reader's pace; nothing is queued for anybody.
 */
package io.mothership.api.telemetry;
