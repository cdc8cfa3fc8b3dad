/**
 * Time as the appliance sees it.
 *
 * <p>Any thread. Nothing else in the project reads {@code System.currentTimeMillis} or {@code
 * Instant.now} on the message path, so that tests can drive time by hand.
 */
package io.mothership.clock;
