/**
 * What the machine tells about itself in files: {@code /proc}, {@code /sys}, {@code /run}.
 *
 * <p>Any thread but the agents' and the event loops'. Reads only.
 */
package io.mothership.app.host;
