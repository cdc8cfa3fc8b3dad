/**
 * The process: {@code main}, and the one class that wires the parts of the appliance together.
 *
 * <p>The main thread starts and stops; it owns nothing of the broker's. All wiring is by hand: no
 * container, no reflection, no scanning. Nothing imports this package.
 */
package io.mothership.app;
