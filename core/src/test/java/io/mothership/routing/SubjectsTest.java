package io.mothership.routing;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.frame.Slice;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SubjectsTest {

  @ParameterizedTest
  @CsvSource({
    "a,true,true",
    "a.b.c,true,true",
    "a.*.c,true,false",
    "a.>,true,false",
    ">,true,false",
    "*,true,false",
    "a.>.b,false,false",
    "a..b,false,false",
    ".a,false,false",
    "a.,false,false",
    "'',false,false",
    "a.b*,true,true",
    "a.>b,true,true",
    "'a b',false,false"
  })
  void shouldTellValidFromLiteral(
      final String subject, final boolean isValid, final boolean isLiteral) {
    assertEquals(isValid, Subjects.isValid(Slice.of(subject)));
    assertEquals(isLiteral, Subjects.isLiteral(Slice.of(subject)));
    assertTrue(!isValid || Subjects.isPublishable(Slice.of(subject)));
  }

  @Test
  void shouldTakeWildcardsInAPublishAsLetters() {
    for (final String subject : List.of("a.*", "a.>", "a.>.b", "*", ">")) {
      assertTrue(Subjects.isPublishable(Slice.of(subject)), subject);
    }
    for (final String subject : List.of("", "a..b", ".a", "a.", "a b")) {
      assertFalse(Subjects.isPublishable(Slice.of(subject)), subject);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "a.>,a.b,true",
    "a.>,a.*.c,true",
    "a.>,a.>,true",
    "a.>,a,false",
    "a.*,a.>,false",
    "a.*,a.b,true",
    "a.*,a.*,true",
    "a.b,a.*,false",
    ">,a,true",
    "a.b,a.b,true",
    "a.b,a.b.c,false"
  })
  void shouldTellWhatCovers(final String pattern, final String subject, final boolean expected) {
    assertEquals(expected, Subjects.covers(pattern.getBytes(US_ASCII), subject.getBytes(US_ASCII)));
  }

  @ParameterizedTest
  @CsvSource({
    "a.*,*.b,true",
    "a.>,*.b,true",
    "a.b,a.c,false",
    "a.*,a.b.c,false",
    "a.>,b.>,false",
    "a.*.c,a.b.*,true",
    "a,a.>,false"
  })
  void shouldTellWhatOverlaps(final String one, final String other, final boolean expected) {
    assertEquals(expected, Subjects.overlap(one.getBytes(US_ASCII), other.getBytes(US_ASCII)));
    assertEquals(expected, Subjects.overlap(other.getBytes(US_ASCII), one.getBytes(US_ASCII)));
  }

  @ParameterizedTest
  @CsvSource({
    "a.*,a.b,true",
    "a.*,a.b.c,false",
    "a.>,a.b.c,true",
    "a.>,a,false",
    "*.*,a.b,true",
    ">,a.b,true",
    "a.b,a.b,true",
    "a.b,a.bc,false",
    "a.bc,a.b,false"
  })
  void shouldMatchLiterals(final String pattern, final String subject, final boolean expected) {
    assertEquals(expected, Subjects.matches(pattern.getBytes(US_ASCII), Slice.of(subject)));
  }
}
