package io.mothership.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DatabaseUrlTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "postgresql://fleet:s%2Fcr%40t+@db.example:6543/records?sslmode=require",
        "postgres://fleet:s%2Fcr%40t+@db.example:6543/records?sslmode=require",
        "jdbc:postgresql://db.example:6543/records?user=fleet&password=s%2Fcr%40t+&sslmode=require",
      })
  void shouldReadBothForms(final String text) {
    final DatabaseUrl url = DatabaseUrl.parse(text);
    assertEquals(
        new DatabaseUrl(
            "db.example", 6543, "records", "fleet", "s/cr@t+", Map.of("sslmode", "require")),
        url);
    assertEquals("postgresql://fleet@db.example:6543/records", url.toString());
  }

  @Test
  void shouldTakePostgresqlsDefaults() {
    final DatabaseUrl url = DatabaseUrl.parse("postgresql://fleet@");
    assertEquals(new DatabaseUrl("localhost", 5432, "fleet", "fleet", "", Map.of()), url);
    assertEquals(System.getProperty("user.name"), DatabaseUrl.parse("postgresql:///x").user());
  }

  @Test
  void shouldReadAnAddressInBrackets() {
    final DatabaseUrl url = DatabaseUrl.parse("postgresql://u@[::1]:1/d");
    assertEquals("::1", url.host());
    assertEquals("[::1]:1/d", url.place());
    assertEquals(5432, DatabaseUrl.parse("postgresql://u@[::1]/d").port());
  }

  @Test
  void shouldNameParametersAsTheDriverDoes() {
    assertEquals(
        Map.of("channelBinding", "require", "ApplicationName", "x", "connectTimeout", "3"),
        DatabaseUrl.parse(
                "postgresql://u@h/d?channel_binding=require&application_name=x&connect_timeout=3")
            .parameters());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mysql://u:verysecret@h/d",
        "u:verysecret@h/d",
        "postgresql://u:very/secret@h/d",
        "postgresql://u:1234/secret@h/d",
        "postgresql://u:very?secret@h/d",
        "postgresql://u:verysecret%@h/d",
        "postgresql://u:verysecret@h:0/d",
        "postgresql://u:verysecret@h:65536/d",
        "postgresql://u:verysecret@[::1/d",
        "postgresql://u:verysecret@a,b/d",
        "postgresql://u:verysecret@%2Frun%2Fpostgresql/d",
        "postgresql://u:verysecret@h/d?sslmode=maybe",
        "postgresql://u:verysecret@h/d?connect_timeout=never",
        "postgresql://u:verysecret@h/d?socketFactory=x",
      })
  void shouldRefuseWithoutTellingTheSecret(final String text) {
    final IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> DatabaseUrl.parse(text));
    assertFalse(refused.getMessage().contains("secret"), refused.getMessage());
    assertFalse(refused.getMessage().contains("very"), refused.getMessage());
    assertEquals(null, refused.getCause());
  }
}
