/**
 * The page that Prometheus scrapes: {@code /metrics}.
 *
 * <p>Virtual threads. What ms-dispatch owns is asked for through its ring, never looked at.
 */
package io.mothership.app.metrics;
