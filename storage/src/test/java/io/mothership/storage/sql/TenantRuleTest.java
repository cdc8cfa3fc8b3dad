package io.mothership.storage.sql;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TenantRuleTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT a FROM t WHERE org_id = :org",
        "SELECT a FROM t WHERE (:s = '' OR s = :s) AND t.org_id = :org ORDER BY a LIMIT :limit",
        "SELECT a FROM t WHERE org_id=:org AND b IN (SELECT c FROM u)",
        "SELECT a FROM t WHERE org_id = :org AND b = ' or '",
        "UPDATE t SET a = :a WHERE id = :id AND org_id = :org",
        "DELETE FROM t WHERE org_id = :org",
        "INSERT INTO t (id, org_id) VALUES (:id, :org)",
        "INSERT INTO t (id, org_id) VALUES (:id, :org) ON CONFLICT (id) DO NOTHING",
        "INSERT INTO t (id, org_id) VALUES (:id, :org) ON CONFLICT (org_id, id) DO UPDATE SET a ="
            + " 1",
        "INSERT INTO t (id, org_id) VALUES (:id, :org) ON CONFLICT (id) DO UPDATE SET a = 1"
            + " WHERE t.org_id = :org",
      })
  void shouldTakeWhatKeepsToOneOrganization(final String text) {
    assertDoesNotThrow(() -> TenantRule.require(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT a FROM t",
        "SELECT a FROM t WHERE id = :id",
        "SELECT a FROM t WHERE org_id = :other",
        "SELECT a FROM t WHERE org_id = :org OR id = :id",
        "SELECT a FROM t WHERE (org_id = :org OR id = :id)",
        "SELECT a FROM t WHERE a = 'org_id = :org'",
        "SELECT a FROM t WHERE org_id = :org UNION SELECT a FROM t",
        "SELECT a FROM t WHERE id IN (SELECT id FROM u WHERE org_id = :org)",
        "UPDATE t SET org_id = :org WHERE id = :id",
        "DELETE FROM t WHERE id = :id",
        "INSERT INTO t (id, org_id) VALUES (:id, :other)",
        "INSERT INTO t (id, org_id) VALUES (:org, :id)",
        "INSERT INTO t (id, org_id) SELECT id, :org FROM t",
        "INSERT INTO t (id, org_id) VALUES (:id, :org) ON CONFLICT (id) DO UPDATE SET a = 1",
        "WITH x AS (SELECT 1) SELECT a FROM t WHERE org_id = :org",
        "DROP TABLE t",
      })
  void shouldNotPrepareWhatMayReachAnother(final String text) {
    assertTrue(
        assertThrows(IllegalArgumentException.class, () -> TenantRule.require(text))
            .getMessage()
            .contains(text));
  }

  @Test
  void shouldFindNamesOutsideOfQuotesAndCasts() {
    final List<String> places = new ArrayList<>();
    assertEquals(
        "SELECT ':a', b::text FROM t WHERE x = ? AND y = ? AND z = ?",
        Prepared.plain(
            "SELECT ':a', b::text FROM t WHERE x = :one AND y = :two2 AND z = :one", places));
    assertEquals(List.of("one", "two2", "one"), places);
  }
}
