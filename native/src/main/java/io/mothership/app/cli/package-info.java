/**
 * The command line: one class per command, which turns options into calls and answers with an exit
 * code.
 *
 * <p>Main thread. No broker logic here: a command that needs an appliance asks {@link
 * io.mothership.app.Wiring} for one, a command that talks to one uses the public client library.
 */
package io.mothership.app.cli;
