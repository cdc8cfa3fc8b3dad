/**
 * Configuration: one table of keys, the decoder of the configuration file, and the values with
 * their sources.
 *
 * <p>Read once at start, on the main thread; the result never changes. All problems are collected
 * with file and line and reported together: nothing starts on a configuration that is wrong
 * somewhere.
 */
package io.mothership.config;
