/**
 * The dispatcher: the one owner of all broker state, and how it is composed with the journal and
 * read agents.
 *
 * <p>ms-dispatch. No file or network I/O, no mapped page, no lock.
 */
package io.mothership.dispatch;
