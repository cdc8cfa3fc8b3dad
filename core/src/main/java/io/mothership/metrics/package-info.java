/**
 * What is counted and measured, and how it is told: counters and histograms with one writing thread
 * each, and the text that Prometheus reads.
 *
 * <p>Writing is for the hot path: no lock, no object. Reading is for any thread and may see a count
 * some nanoseconds before the sum that belongs to it.
 */
package io.mothership.metrics;
