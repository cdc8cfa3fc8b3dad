/**
 * TLS for all heads: from certificate and key files to contexts.
 *
 * <p>Any thread, at start-up. Nothing here knows a protocol. The JDK's own TLS engine is used, so
 * that a native image needs no library beside it.
 */
package io.mothership.transport.tls;
