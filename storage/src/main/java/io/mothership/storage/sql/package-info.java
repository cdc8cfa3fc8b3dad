/**
 * The control plane's records in SQL: connections, migrations, repositories, and the outbox that
 * carries each change into the journal.
 *
 * <p>All writes run on the thread ms-sql, several callers' in one commit; reads have connections of
 * their own and see the last commit. No SQL outside this package, no domain rules inside it.
 */
package io.mothership.storage.sql;
