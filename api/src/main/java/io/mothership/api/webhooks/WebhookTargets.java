package io.mothership.api.webhooks;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * Where a webhook may go: never to the appliance itself or into the network it stands in, unless
 * the configuration lets it. The address that was looked at is the one that is called, so that a
 * name which points elsewhere a moment later leads nowhere.
 *
 * @param isPrivateAllowed whether addresses of private networks and this machine are let through
 */
record WebhookTargets(boolean isPrivateAllowed) {

  /**
   * The address of a host.
   *
   * @throws IOException if it has none that may be called; the message is fit for the webhook's
   *     owner
   */
  InetAddress resolve(final String host) throws IOException {
    final InetAddress[] found;
    try {
      found = InetAddress.getAllByName(host);
    } catch (final UnknownHostException e) {
      throw new IOException("the host has no address");
    }
    for (final InetAddress address : found) {
      // One forbidden address among several is a trap, or soon will be.
      if (!isPrivateAllowed && isInside(address)) {
        throw new IOException("the host has an address of this machine or a private network");
      }
    }
    return found[0];
  }

  static boolean isInside(final InetAddress address) {
    if (address.isLoopbackAddress()
        || address.isAnyLocalAddress()
        || address.isLinkLocalAddress()
        || address.isSiteLocalAddress()
        || address.isMulticastAddress()) {
      return true;
    }
    final byte[] bytes = address.getAddress();
    if (address instanceof Inet6Address) {
      return isInside6(bytes);
    }
    final int first = bytes[0] & 0xFF;
    final int second = bytes[1] & 0xFF;
    return first == 0
        || first >= 240
        || first == 100 && second >= 64 && second < 128
        || first == 198 && (second == 18 || second == 19)
        || first == 192 && second == 0 && (bytes[2] & 0xFF) == 0;
  }

  /** Unique local addresses, and those that only carry an IPv4 address. */
  private static boolean isInside6(final byte[] bytes) {
    final boolean isNat64 =
        bytes[0] == 0 && bytes[1] == 0x64 && (bytes[2] & 0xFF) == 0xFF && (bytes[3] & 0xFF) == 0x9B;
    final boolean is6to4 = bytes[0] == 0x20 && bytes[1] == 0x02;
    boolean isCompatible = true;
    for (int i = 0; i < 10; i++) {
      isCompatible &= bytes[i] == 0;
    }
    return (bytes[0] & 0xFE) == 0xFC || isNat64 || is6to4 || isCompatible;
  }
}
