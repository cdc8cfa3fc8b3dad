/**
 * JSON for all modules, without reflection, over jackson-core streaming: trees for what comes in,
 * writers for what goes out, and the wording of syntax errors that the fleet contract's clients
 * know.
 *
 * <p>Any thread. Not for the message path: everything here allocates.
 */
package io.mothership.json;
