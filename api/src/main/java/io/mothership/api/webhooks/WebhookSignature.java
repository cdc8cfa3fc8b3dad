package io.mothership.api.webhooks;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The header that proves who sent a delivery and when: {@code t=1700000000,v1=<hex>}, HMAC-SHA256
 * over {@code <t>.<body>}.
 */
final class WebhookSignature {
  static final String HEADER = "X-Mothership-Signature";
  private static final String ALGORITHM = "HmacSHA256";

  private WebhookSignature() {}

  static String of(final String secret, final long unixSeconds, final byte[] body) {
    try {
      final Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), ALGORITHM));
      mac.update((unixSeconds + ".").getBytes(StandardCharsets.US_ASCII));
      return "t=" + unixSeconds + ",v1=" + HexFormat.of().formatHex(mac.doFinal(body));
    } catch (final GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
