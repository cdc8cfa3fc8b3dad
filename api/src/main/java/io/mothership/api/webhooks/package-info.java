/**
 * Webhooks: records of who wants to be told what, and the deliveries to their servers, signed and
 * tried again.
 *
 * <p>Virtual threads. Strangers choose the targets: nothing here may call one but {@code
 * WebhookCaller}, and nothing may show a secret.
 */
package io.mothership.api.webhooks;
