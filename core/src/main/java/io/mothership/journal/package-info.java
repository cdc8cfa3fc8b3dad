/**
 * The journal as the spine sees it: the ring that leads to it and is the tail window at the same
 * time, the agents on both ends, and the {@code Journal} port.
 *
 * <p>ms-dispatch produces, ms-journal appends, ms-read reads behind the tail window. Nothing here
 * knows subjects or sessions.
 */
package io.mothership.journal;
