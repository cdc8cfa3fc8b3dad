/**
 * What every HTTP door is built of, with no domain inside: routes with their permission and error
 * shape, the one chain of filters before all of them, reading of bodies and queries by rules, lists
 * in pages, preconditions, idempotency keys.
 *
 * <p>Handlers and gates run on virtual threads and may block. Nothing here decides for a service:
 * doors read, call it, and render.
 */
package io.mothership.api.rest;
