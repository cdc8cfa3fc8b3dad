/**
 * JSON as clients send and get it: a tree that keeps every value as written, a writer, and the
 * wording of syntax errors that the contract's clients know.
 *
 * <p>Any thread; no reflection.
 */
package io.mothership.api.json;
