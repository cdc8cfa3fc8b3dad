package io.mothership.transport.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Files of the class path as GET routes, one each: what is not named here is not served, so no path
 * leads out of the folder. Beside a file may lie {@code .br} and {@code .gz} variants of it, made
 * by the build; clients that take them get them.
 *
 * <p>Files stay where they are and are read for each answer; only their tags are kept. In the
 * native image the folder has to be among the resources of the reachability metadata.
 */
public final class StaticFiles {
  private static final String REVALIDATE = "no-cache";
  private static final String FOR_EVER = "public, max-age=31536000, immutable";
  private static final int TAG_LENGTH = 12;
  private static final String INDEX = "index.html";

  private static final Map<String, String> TYPES =
      Map.ofEntries(
          Map.entry("html", "text/html; charset=utf-8"),
          Map.entry("css", "text/css; charset=utf-8"),
          Map.entry("js", "text/javascript; charset=utf-8"),
          Map.entry("mjs", "text/javascript; charset=utf-8"),
          Map.entry("json", "application/json"),
          Map.entry("map", "application/json"),
          Map.entry("webmanifest", "application/manifest+json"),
          Map.entry("txt", "text/plain; charset=utf-8"),
          Map.entry("md", "text/plain; charset=utf-8"),
          Map.entry("yaml", "application/yaml"),
          Map.entry("svg", "image/svg+xml"),
          Map.entry("png", "image/png"),
          Map.entry("jpg", "image/jpeg"),
          Map.entry("webp", "image/webp"),
          Map.entry("ico", "image/x-icon"),
          Map.entry("woff2", "font/woff2"),
          Map.entry("wasm", "application/wasm"));

  /** In the order of preference. */
  private static final Map<String, String> VARIANTS = variants();

  private final ClassLoader loader;
  private final String folder;
  private final String prefix;
  private final String unchangingFolder;
  private final Map<String, String> headers;
  private final List<String> names;
  private final Map<String, String> tags = new ConcurrentHashMap<>();

  private StaticFiles(
      final ClassLoader loader,
      final String folder,
      final String prefix,
      final List<String> names,
      final String unchangingFolder,
      final Map<String, String> headers) {
    this.loader = loader;
    this.folder = folder;
    this.prefix = prefix;
    this.names = names;
    this.unchangingFolder = unchangingFolder;
    this.headers = headers;
  }

  /**
   * Files below a folder, for paths below a prefix.
   *
   * @param folder on the class path, without slashes at its ends
   * @param prefix begins and ends with a slash
   * @param names relative to the folder, without variants; {@code index.html} stands for its folder
   *     too
   * @throws IllegalArgumentException naming what is not there
   */
  public static StaticFiles of(
      final ClassLoader loader,
      final String folder,
      final String prefix,
      final List<String> names) {
    if (!prefix.startsWith("/") || !prefix.endsWith("/")) {
      throw new IllegalArgumentException("a prefix begins and ends with '/': " + prefix);
    }
    for (final String name : names) {
      if (name.startsWith("/") || Arrays.asList(name.split("/")).contains("..")) {
        throw new IllegalArgumentException("a static file outside its folder: " + name);
      }
      if (loader.getResource(folder + "/" + name) == null) {
        throw new IllegalArgumentException("no such static file: " + folder + "/" + name);
      }
    }
    return new StaticFiles(loader, folder, prefix, List.copyOf(names), "", Map.of());
  }

  /**
   * The same; files below {@code name} never change under their names, and are never asked for
   * again.
   */
  public StaticFiles unchanging(final String name) {
    return new StaticFiles(loader, folder, prefix, names, name + "/", headers);
  }

  /** The same with one more header on each answer. */
  public StaticFiles header(final String name, final String value) {
    final Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new StaticFiles(loader, folder, prefix, names, unchangingFolder, more);
  }

  /** One route for each file, counted together; behind no gate, so that a login page can be had. */
  public List<Route> routes() {
    final List<Route> routes = new ArrayList<>();
    for (final String name : names) {
      final RouteHandler handler = request -> answer(name, request);
      routes.add(route(prefix + name, handler));
      if (name.equals(INDEX) || name.endsWith("/" + INDEX)) {
        final String folderPath = name.substring(0, name.length() - INDEX.length());
        routes.add(route(prefix + folderPath, handler));
      }
    }
    return routes;
  }

  private Route route(final String path, final RouteHandler handler) {
    return Route.of("GET", path, handler).label(prefix + "*");
  }

  private HttpResponse answer(final String name, final HttpRequestView request) throws IOException {
    final Optional<String> encoding = encoding(name, request);
    final String resource = folder + "/" + name + encoding.map(VARIANTS::get).orElse("");
    final String tag = tags.computeIfAbsent(resource, this::tag);
    HttpResponse response =
        isKnown(tag, request.header("If-None-Match").orElse(""))
            ? HttpResponse.empty(304)
            : HttpResponse.of(200, type(name), bytes(resource));
    if (response.status() == 200 && encoding.isPresent()) {
      response = response.withHeader("Content-Encoding", encoding.get());
    }
    final boolean isUnchanging = !unchangingFolder.isEmpty() && name.startsWith(unchangingFolder);
    response =
        response
            .withHeader("ETag", tag)
            .withHeader("Vary", "Accept-Encoding")
            .withHeader("Cache-Control", isUnchanging ? FOR_EVER : REVALIDATE)
            .withHeader("X-Content-Type-Options", "nosniff");
    for (final Map.Entry<String, String> header : headers.entrySet()) {
      response = response.withHeader(header.getKey(), header.getValue());
    }
    return response;
  }

  /** The first encoding that the client takes and the build has made. */
  private Optional<String> encoding(final String name, final HttpRequestView request) {
    final List<String> accepted = accepted(request.header("Accept-Encoding").orElse(""));
    return VARIANTS.entrySet().stream()
        .filter(variant -> accepted.contains(variant.getKey()))
        .filter(variant -> loader.getResource(folder + "/" + name + variant.getValue()) != null)
        .map(Map.Entry::getKey)
        .findFirst();
  }

  private static List<String> accepted(final String header) {
    final List<String> accepted = new ArrayList<>();
    for (final String part : header.toLowerCase(Locale.ROOT).split(",")) {
      final String[] halves = part.split(";", 2);
      final boolean isRefused =
          halves.length == 2 && halves[1].strip().matches("q\\s*=\\s*0(\\.0*)?");
      if (!isRefused) {
        accepted.add(halves[0].strip());
      }
    }
    return accepted;
  }

  /** RFC 9110, section 13.1.2: compared without the mark of weak tags. */
  private static boolean isKnown(final String tag, final String header) {
    for (final String candidate : header.split(",")) {
      final String stripped = candidate.strip();
      if (stripped.equals("*") || stripped.equals(tag) || stripped.equals("W/" + tag)) {
        return true;
      }
    }
    return false;
  }

  private String tag(final String resource) {
    try {
      final byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes(resource));
      final byte[] start = Arrays.copyOf(digest, TAG_LENGTH);
      return '"' + Base64.getUrlEncoder().withoutPadding().encodeToString(start) + '"';
    } catch (final NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    } catch (final IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private byte[] bytes(final String resource) throws IOException {
    try (InputStream in = loader.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IOException("a static file has gone: " + resource);
      }
      return in.readAllBytes();
    }
  }

  private static String type(final String name) {
    final String extension = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    return TYPES.getOrDefault(extension, "application/octet-stream");
  }

  private static Map<String, String> variants() {
    final Map<String, String> variants = new LinkedHashMap<>();
    variants.put("br", ".br");
    variants.put("gzip", ".gz");
    return variants;
  }
}
