/**
 * The journal on Chronicle Queue: Chronicle appends, we sync, read and verify.
 *
 * <p>ms-journal appends, syncs and rolls; any thread reads through a reader of its own. Nothing but
 * this package calls Chronicle, and only to append to the segment that recovery prepared or that
 * this process created.
 */
package io.mothership.storage.journal;
