/**
 * The HTTP/1.1 head: listener, connections, and the route SPI that the services implement.
 *
 * <p>Event loops own sockets and protocol state; handlers run on virtual threads and may block.
 * Nothing here knows what a route does: no JSON but the error envelope, no domain types.
 */
package io.mothership.transport.http;
