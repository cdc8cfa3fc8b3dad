/**
 * Organizations and entities: the records, their REST resources, and the lifecycle events that
 * every change of an entity leaves in the outbox.
 *
 * <p>Virtual threads. A change and its events are one SQL transaction; nothing is published from
 * here.
 */
package io.mothership.api.fleet;
