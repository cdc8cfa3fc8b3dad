/**
 * How services change and read records: one call per transaction, with the events of a change in
 * it.
 *
 * <p>Virtual threads; what a change does runs on ms-sql, several callers' in one commit, and may
 * wait for nothing. No domain inside: tables, rules and renderings are the domains' own.
 */
package io.mothership.api.records;
