/**
 * How whoever runs the process is told how it is doing: readiness, reload, watchdog.
 *
 * <p>Nothing here knows the broker; it is told what to watch and what to run. The watchdog has a
 * thread of its own, which does nothing that could wait for the agents it watches.
 */
package io.mothership.app.supervision;
