/**
 * The product as a process: how soon it listens, what it holds in memory, what it takes in.
 *
 * <p>Mains to be started by hand, with the program to be measured as their arguments; figures and
 * commands are in {@code RESULTS.md}. The machine should do nothing else meanwhile.
 */
package io.mothership.app;
