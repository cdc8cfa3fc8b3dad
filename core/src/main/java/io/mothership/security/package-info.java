/**
 * Who somebody is, what they may do, and to which organizations' subjects: principals, how they are
 * recognised, and the rules that all heads and services hold them to.
 *
 * <p>Any thread: values that never change, and authenticators that answer at once. No sockets, no
 * SQL; secrets are compared in constant time and never logged.
 */
package io.mothership.security;
