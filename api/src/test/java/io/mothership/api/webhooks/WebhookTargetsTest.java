package io.mothership.api.webhooks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

final class WebhookTargetsTest {

  @Test
  void shouldNotCallThisMachineOrItsNetwork() throws Exception {
    for (final String inside :
        List.of(
            "127.0.0.1",
            "127.8.9.10",
            "0.0.0.0",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "198.18.0.1",
            "192.0.0.8",
            "224.0.0.1",
            "255.255.255.255",
            "240.0.0.1",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "ff02::1",
            "::ffff:10.0.0.1",
            "64:ff9b::10.0.0.1",
            "2002:0a00:0001::1",
            "::10.0.0.1",
            "localhost")) {
      assertThrows(IOException.class, () -> new WebhookTargets(false).resolve(inside), inside);
    }
  }

  @Test
  void shouldCallWhatIsOutsideOrAllowed() throws Exception {
    for (final String outside : List.of("93.184.216.34", "2606:2800:220:1::1", "172.32.0.1")) {
      assertEquals(
          InetAddress.getByName(outside), new WebhookTargets(false).resolve(outside), outside);
    }
    assertEquals(InetAddress.getByName("127.0.0.1"), new WebhookTargets(true).resolve("127.0.0.1"));
  }
}
