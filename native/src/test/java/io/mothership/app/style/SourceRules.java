package io.mothership.app.style;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a source file may not contain; each rule answers with {@code line: what}. */
final class SourceRules {
  private static final Pattern TYPE =
      Pattern.compile("\\b(?:class|interface|enum|record|@interface)\\s+([A-Z]\\w*)");
  private static final Pattern FORBIDDEN_NAME =
      Pattern.compile("\\w*(?:Manager|Helper|Utils?|Impl|Base|Data|Info)|I[A-Z][a-z]\\w*");
  private static final Pattern UNFINISHED = Pattern.compile("\\b(?:TODO|FIXME|XXX|HACK)\\b");
  private static final Pattern GETTER =
      Pattern.compile("\\bpublic\\s+[^=;(]*\\s(get[A-Z]\\w*)\\s*\\(\\s*\\)");
  private static final Pattern BANNER = Pattern.compile("//\\s*[-=*#]{4,}");
  private static final Pattern PUBLIC_NULL =
      Pattern.compile(
          "/\\*\\*(?:(?!\\*/)[\\s\\S])*?\\b(?:or|returns) null\\b(?:(?!\\*/)[\\s\\S])*?"
              + "\\*/\\s*(?:@\\w+\\s+)*public");
  private static final Pattern STRINGS =
      Pattern.compile("\"\"\"[\\s\\S]*?\"\"\"|\"(?:\\\\.|[^\"\\\\\\n])*\"");

  private SourceRules() {}

  /** All violations of a main source. */
  static List<String> violations(final String text) {
    final List<String> found = new ArrayList<>();
    final String code = withoutStrings(text);
    final Matcher types = TYPE.matcher(withoutComments(code));
    while (types.find()) {
      if (FORBIDDEN_NAME.matcher(types.group(1)).matches()) {
        found.add("type name with a suffix that says nothing: " + types.group(1));
      }
    }
    each(found, code, UNFINISHED, "unfinished work: ");
    each(found, code, BANNER, "banner: ");
    each(found, code, PUBLIC_NULL, "null in public API: ");
    final Matcher getters = GETTER.matcher(withoutComments(code));
    while (getters.find()) {
      final String before = withoutComments(code).substring(0, getters.start()).stripTrailing();
      if (!before.endsWith("@Override")) {
        found.add("accessor with get: " + getters.group(1));
      }
    }
    return found;
  }

  private static void each(
      final List<String> found, final String code, final Pattern pattern, final String what) {
    final Matcher matcher = pattern.matcher(code);
    while (matcher.find()) {
      final long line = code.substring(0, matcher.start()).lines().count();
      found.add(what + "near line " + line + ": " + matcher.group().replaceAll("\\s+", " "));
    }
  }

  private static String withoutStrings(final String text) {
    return STRINGS
        .matcher(text)
        .replaceAll(match -> "\"\"" + "\n".repeat((int) match.group().lines().count() - 1));
  }

  static String withoutComments(final String text) {
    return text.replaceAll("(?s)/\\*.*?\\*/", " ").replaceAll("//[^\n]*", " ");
  }
}
