/** Benchmarks of the dispatcher and the rings around it. */
package io.mothership.dispatch;
