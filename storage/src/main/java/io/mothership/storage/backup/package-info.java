/**
 * Backups of a data folder, taken while the appliance runs, and putting them back.
 *
 * <p>Thread: the one of the command. Takes no lock and changes nothing in the data folder but links
 * of its own, which it removes.
 */
package io.mothership.storage.backup;
