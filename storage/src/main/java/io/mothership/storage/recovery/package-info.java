/**
 * The journal's files as we read them ourselves: layout, raw scanning, verification, repair after
 * an unclean stop, checkpoints.
 *
 * <p>Runs before the agents start, or read-only beside them. Nothing here calls Chronicle, and no
 * length found in a file is used before it was bounded.
 */
package io.mothership.storage.recovery;
