package io.mothership.api.rest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

final class QuotedTest {
  @Test
  void shouldCutAndEscape() {
    assertEquals("plain text", Quoted.of("plain text"));
    assertEquals("Žižkov 東京 🚁", Quoted.of("Žižkov 東京 🚁"));
    assertEquals("a\\u000ab\\u001b[31m\\u0022\\u005c", Quoted.of("a\nb\u001b[31m\"\\"));
    assertEquals("\\u202eexe.txt\\ud800", Quoted.of("\u202eexe.txt\ud800"));
    assertEquals("x".repeat(32), Quoted.of("x".repeat(32)));
    assertEquals("x".repeat(32) + "…", Quoted.of("x".repeat(33)));
    assertEquals("\\U0e0041", Quoted.of(new String(Character.toChars(0xE0041))));
  }
}
