/**
 * The event loops that all heads of a process share, and the operating system's way of waiting for
 * sockets behind them.
 *
 * <p>Nothing here knows a protocol. A head asks only which server channel goes with the loops it
 * was given.
 */
package io.mothership.transport.loop;
