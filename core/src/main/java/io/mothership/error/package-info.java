/**
 * Errors with stable codes: the appliance's own, and the registry of JetStream API errors.
 *
 * <p>Any thread. Expected operating errors are return codes, not exceptions.
 */
package io.mothership.error;
