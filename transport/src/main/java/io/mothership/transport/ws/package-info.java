/**
 * WebSocket routes on an HTTP listener: handshake, frames, ping and pong, close codes.
 *
 * <p>Event loops own the frames; a session runs on a virtual thread of its own and sends as fast as
 * its client reads. Nothing is queued for a client beyond its channel's high-water mark.
 */
package io.mothership.transport.ws;
