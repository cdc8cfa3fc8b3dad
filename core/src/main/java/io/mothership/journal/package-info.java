/**
 * The journal as the spine sees it: the frame, the ring that leads to the journal and is the tail
 * window at the same time, the agents on both ends, and the {@code Journal} port.
 *
 * <p>ms-dispatch produces, ms-journal appends, ms-read reads behind the tail window. Nothing here
 * knows subjects or sessions.
 */
package io.mothership.journal;
