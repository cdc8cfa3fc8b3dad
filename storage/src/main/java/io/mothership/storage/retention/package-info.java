/**
 * Keeping a journal short: checkpoints, and giving back the space of records that nothing needs.
 *
 * <p>Runs on a thread of its own ({@code ms-upkeep}) beside the one that appends. It touches sealed
 * segments only, and never one that a kept checkpoint still needs.
 */
package io.mothership.storage.retention;
