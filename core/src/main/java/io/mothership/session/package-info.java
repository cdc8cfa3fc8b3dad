/**
 * Sessions: what the broker keeps of one client, whatever protocol it speaks.
 *
 * <p>ms-dispatch. A session knows its subscriptions and its outbox, no socket.
 */
package io.mothership.session;
