/**
 * Followers: named, durable cursors that carry what streams take into other systems, at least once.
 * They retry, break, pause, tell how far behind they are, and put aside what can never be
 * delivered.
 *
 * <p>Each on a virtual thread of its own, holding one batch. Nothing of a domain is known here, and
 * nobody else keeps a loop over a tap to do work.
 */
package io.mothership.api.follow;
