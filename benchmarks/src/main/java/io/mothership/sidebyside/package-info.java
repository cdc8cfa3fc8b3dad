/**
 * Our broker and nats-server in turn, under the same client: how many acknowledged publishes a
 * second, and how long one takes, when both sync before they acknowledge.
 *
 * <p><i>Thread:</i> one, which is the client; the servers are processes of their own. Nothing of
 * the broker's classes is used here: both servers see bytes on a socket.
 */
package io.mothership.sidebyside;
