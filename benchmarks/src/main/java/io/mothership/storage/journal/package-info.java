/** Benchmarks of the journal on Chronicle Queue. */
package io.mothership.storage.journal;
