/**
 * JSON without reflection: a small immutable tree for what comes in, a writer for what goes out,
 * both over jackson-core streaming.
 *
 * <p>Any thread. Not for the message path: both allocate.
 */
package io.mothership.json;
