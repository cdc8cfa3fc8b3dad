package io.mothership.transport.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class HttpConnectionRegistryTest {
  private static final HttpConfig.Connections LIMITS = new HttpConfig.Connections(8, 4);

  private final HttpConnectionRegistry registry = new HttpConnectionRegistry();

  @Test
  void shouldCloseTheOldestOfAnAddressThatHasItsShare() {
    final List<Member> greedy = join("192.0.2.1", 4, 100);
    final Member fifth = new Member("192.0.2.1", 104);
    assertEquals(Optional.empty(), registry.tryJoin(fifth, LIMITS));
    assertTrue(greedy.getFirst().isEvicted);
    assertFalse(greedy.get(1).isEvicted);
    assertEquals(4, registry.count());
  }

  @Test
  void shouldRefuseAnAddressWhoseConnectionsAreAllBusy() {
    join("192.0.2.1", 4, HttpMember.BUSY);
    assertEquals(
        Optional.of(HttpErrors.ADDRESS_MAX), registry.tryJoin(new Member("192.0.2.1", 0), LIMITS));
    assertEquals(Optional.empty(), registry.tryJoin(new Member("192.0.2.2", 0), LIMITS));
  }

  @Test
  void shouldTakePlacesOfWhoHasMost() {
    final List<Member> honest = join("192.0.2.9", 1, 0);
    final List<Member> first = join("192.0.2.1", 4, 100);
    final List<Member> second = join("192.0.2.2", 3, 50);
    assertEquals(Optional.empty(), registry.tryJoin(new Member("192.0.2.3", 200), LIMITS));
    assertTrue(first.getFirst().isEvicted);
    assertFalse(honest.getFirst().isEvicted);
    assertFalse(second.getFirst().isEvicted);
    assertEquals(8, registry.count());
  }

  @Test
  void shouldCountANetworkOfIpv6AsOneAddress() {
    for (int i = 0; i < 4; i++) {
      assertEquals(
          Optional.empty(),
          registry.tryJoin(new Member("2001:db8:1:2::" + i, HttpMember.BUSY), LIMITS));
    }
    assertEquals(
        Optional.of(HttpErrors.ADDRESS_MAX),
        registry.tryJoin(new Member("2001:db8:1:2:ffff::1", 0), LIMITS));
    assertEquals(Optional.empty(), registry.tryJoin(new Member("2001:db8:1:3::1", 0), LIMITS));
  }

  @Test
  void shouldKeepAPlaceForThisMachine() {
    join("192.0.2.1", 4, HttpMember.BUSY);
    join("192.0.2.2", 4, HttpMember.BUSY);
    assertEquals(
        Optional.of(HttpErrors.CONNECTIONS_MAX),
        registry.tryJoin(new Member("192.0.2.3", 0), LIMITS));
    assertEquals(
        Optional.empty(), registry.tryJoin(new Member("127.0.0.1", HttpMember.BUSY), LIMITS));
    assertEquals(
        Optional.of(HttpErrors.CONNECTIONS_MAX),
        registry.tryJoin(new Member("127.0.0.2", HttpMember.BUSY), LIMITS));
  }

  @Test
  void shouldForgetWhoHasLeft() {
    final List<Member> members = join("192.0.2.1", 4, HttpMember.BUSY);
    members.forEach(registry::leave);
    members.forEach(registry::leave);
    assertEquals(0, registry.count());
    assertTrue(registry.awaitEmpty(0));
    assertEquals(List.of(), registry.snapshot());
  }

  private List<Member> join(final String address, final int count, final long sinceNs) {
    final List<Member> members = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      members.add(new Member(address, sinceNs == HttpMember.BUSY ? sinceNs : sinceNs + i));
      assertEquals(Optional.empty(), registry.tryJoin(members.getLast(), LIMITS));
    }
    return members;
  }

  private static final class Member implements HttpMember {
    private final SocketAddress peer;
    private final long sinceNs;
    private boolean isEvicted;

    Member(final String address, final long sinceNs) {
      this.peer = new InetSocketAddress(address, 1234);
      this.sinceNs = sinceNs;
    }

    @Override
    public SocketAddress peer() {
      return peer;
    }

    @Override
    public long waitingSinceNs() {
      return sinceNs;
    }

    @Override
    public void evict() {
      isEvicted = true;
    }

    @Override
    public void stop() {}

    @Override
    public void abort() {}
  }
}
