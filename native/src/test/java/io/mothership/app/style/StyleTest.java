package io.mothership.app.style;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The house style, as far as a machine can see it; each rule is seen failing on a bad snippet. */
class StyleTest {
  /** On the hot path an Optional would be garbage: these may answer null, and say so. */
  private static final Set<String> MAY_ANSWER_NULL =
      Set.of("core/src/main/java/io/mothership/session/Session.java");

  @Test
  void shouldFindNothingInMainSources() {
    final List<String> found = new ArrayList<>();
    for (final Project.Source source : Project.sources()) {
      if (source.isMain()) {
        SourceRules.violations(source.text()).stream()
            .filter(v -> !v.startsWith("null") || !MAY_ANSWER_NULL.contains(source.name()))
            .forEach(v -> found.add(source.name() + ": " + v));
      }
    }
    assertEquals("", String.join("\n", found));
  }

  @Test
  void shouldHaveAPackageInfoInEveryPackage() {
    final Set<Path> packages = new TreeSet<>();
    for (final Project.Source source : Project.sources()) {
      if (source.isMain()) {
        packages.add(source.path().getParent());
      }
    }
    packages.removeIf(folder -> Files.exists(folder.resolve("package-info.java")));
    assertEquals(Set.of(), packages);
  }

  /** {@code -Dmothership.format=apply} rewrites what is not formatted; see CONTRIBUTING.md. */
  @Test
  void shouldBeFormatted() throws IOException, FormatterException {
    final boolean isApplied = System.getProperty("mothership.format", "").equals("apply");
    final Formatter formatter = new Formatter();
    final List<String> different = new ArrayList<>();
    for (final Project.Source source : Project.sources()) {
      final String formatted = formatter.formatSourceAndFixImports(source.text());
      if (!formatted.equals(source.text())) {
        if (isApplied) {
          Files.writeString(source.path(), formatted);
        } else {
          different.add(source.name());
        }
      }
    }
    assertEquals(
        "", String.join("\n", different), different.size() + " files; apply with .ci/format");
  }

  @Test
  void shouldSeeAForbiddenSuffix() {
    assertEquals(1, SourceRules.violations("final class StreamManager {}").size());
    assertEquals(1, SourceRules.violations("interface IStream {}").size());
    assertEquals(1, SourceRules.violations("record EntityData(int x) {}").size());
    assertEquals(List.of(), SourceRules.violations("final class Database { /* class A_Util */ }"));
  }

  @Test
  void shouldSeeUnfinishedWork() {
    // Put together so that this file does not offend itself.
    assertEquals(1, SourceRules.violations("// TO" + "DO later\nclass A {}").size());
    assertEquals(List.of(), SourceRules.violations("class A { String s = \"TO" + "DO\"; }"));
  }

  @Test
  void shouldSeeABanner() {
    assertEquals(1, SourceRules.violations("//" + "-------- fields\nclass A {}").size());
  }

  @Test
  void shouldSeeAGetter() {
    assertEquals(1, SourceRules.violations("class A { public int getX() { return 1; } }").size());
    assertEquals(
        List.of(), SourceRules.violations("class A { @Override public int getX() { return 1; } }"));
  }

  @Test
  void shouldSeeNullInADocumentedAnswer() {
    assertEquals(
        1, SourceRules.violations("class A { /** @return x or null */ public A a() {} }").size());
  }

  @Test
  void shouldSeeBadFormatting() throws FormatterException {
    final String bad = "class A{int x;}";
    assertTrue(!new Formatter().formatSourceAndFixImports(bad).equals(bad));
  }
}
