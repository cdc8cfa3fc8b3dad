package io.mothership.storage.sql;

import io.mothership.config.DatabaseUrl;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Assumptions;
import org.postgresql.Driver;
import org.tukaani.xz.XZInputStream;

/**
 * A real PostgreSQL on a free port of the loopback address, unpacked from a jar into a temporary
 * folder. It ends, and its folder goes, with this JVM, however that ends: it is kept by a shell
 * that waits for the end of a pipe.
 *
 * <p>PostgreSQL refuses to run as root; where the tests do, it runs as {@code nobody}. Where it
 * cannot run at all the caller's test is skipped, and fails where CI is true.
 */
public final class PostgresServer implements AutoCloseable {
  public static final String USER = "fleet";
  public static final String PASSWORD = "a/mellon?of the tests@100%";

  private static final String PASSWORD_ENCODED = "a%2Fmellon%3Fof%20the%20tests%40100%25";
  private static final String NOBODY = "65534";
  private static final int STARTS_MAX = 5;
  private static final long START_LIMIT_NS = TimeUnit.SECONDS.toNanos(60);

  /** What comes through the pipe says how to end; its own end is the JVM's. */
  private static final String KEEPER =
      """
      folder=$1; shift
      "$@" >>"$folder/log" 2>&1 &
      server=$!
      read -r signal what
      kill "-${signal:-QUIT}" "$server" 2>/dev/null
      wait "$server"
      [ "$what" = keep ] || rm -rf "$folder"
      """;

  private static final AtomicInteger NAMES = new AtomicInteger();
  private static PostgresServer shared;

  private final Path folder;
  private int port;
  private Process keeper;

  private PostgresServer(final Path folder) {
    this.folder = folder;
  }

  /** The one that all tests of this JVM share; started when it is wanted. */
  public static synchronized PostgresServer shared() {
    if (shared == null) {
      shared = startOwn();
    }
    return shared;
  }

  /** One that may be stopped and killed. */
  public static PostgresServer startOwn() {
    try {
      final PostgresServer server =
          new PostgresServer(Files.createTempDirectory("mothership-postgres-"));
      boolean isStarted = false;
      try {
        server.install();
        server.start();
        isStarted = true;
      } finally {
        if (!isStarted) {
          server.run(InputStream.nullInputStream(), "rm", "-rf", server.folder.toString());
        }
      }
      return server;
    } catch (final IOException e) {
      Assumptions.assumeTrue(
          "true".equals(System.getenv("CI")), () -> "PostgreSQL cannot run here: " + e);
      throw new IllegalStateException("PostgreSQL cannot run here", e);
    }
  }

  private void install() throws IOException {
    if (isRoot()) {
      Files.setAttribute(folder, "unix:uid", Integer.parseInt(NOBODY));
      Files.setAttribute(folder, "unix:gid", Integer.parseInt(NOBODY));
    }
    final String architecture =
        System.getProperty("os.arch").equals("aarch64") ? "arm_64" : "x86_64";
    final String archive = "/postgres-linux-" + architecture + ".txz";
    try (InputStream packed = PostgresServer.class.getResourceAsStream(archive)) {
      if (packed == null) {
        throw new IOException("not on the class path: " + archive);
      }
      run(new XZInputStream(packed), "tar", "-x", "-C", folder.toString(), "-f", "-");
    }
    write(PASSWORD, "password");
    run(
        InputStream.nullInputStream(),
        program("initdb"),
        "--pgdata=" + folder.resolve("data"),
        "--username=" + USER,
        "--auth=scram-sha-256",
        "--pwfile=password",
        "--encoding=UTF8",
        "--no-locale",
        "--no-sync",
        "--set=fsync=off");
  }

  private String program(final String name) {
    return folder.resolve("bin").resolve(name).toString();
  }

  private static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"));
  }

  private static List<String> asUser(final List<String> command) {
    final List<String> all = new ArrayList<>();
    if (isRoot()) {
      all.addAll(
          List.of("setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups", "--"));
    }
    all.addAll(command);
    return all;
  }

  private void run(final InputStream input, final String... command) throws IOException {
    final Path output = Files.createTempFile("mothership-postgres-", ".log");
    try {
      final Process process =
          new ProcessBuilder(asUser(List.of(command)))
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      try (OutputStream pipe = process.getOutputStream()) {
        input.transferTo(pipe);
      }
      if (process.waitFor() != 0) {
        throw new IOException(command[0] + ": " + Files.readString(output));
      }
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      Files.delete(output);
    }
  }

  /** Starts, or starts again on the same port. */
  public void start() throws IOException {
    // Somebody may take a free port before the server does.
    for (int tries = 1; ; tries++) {
      final int wanted = port == 0 ? freePort() : port;
      keeper =
          new ProcessBuilder(
                  asUser(
                      List.of(
                          "sh",
                          "-c",
                          KEEPER,
                          "keeper",
                          folder.toString(),
                          program("postgres"),
                          "-D",
                          folder.resolve("data").toString(),
                          "-c",
                          "listen_addresses=127.0.0.1",
                          "-c",
                          "port=" + wanted,
                          "-c",
                          "unix_socket_directories=",
                          "-c",
                          "max_connections=100")))
              .directory(folder.toFile())
              .start();
      if (isUp(wanted)) {
        port = wanted;
        return;
      }
      end("KILL keep");
      if (tries == STARTS_MAX) {
        throw new IOException("PostgreSQL does not start: " + log());
      }
    }
  }

  /**
   * Takes encrypted connections, too, from now on.
   *
   * @param certificate PEM
   * @param key PEM
   */
  public void useTls(final Path certificate, final Path key) throws IOException {
    write(Files.readString(certificate), "data/server.crt");
    write(Files.readString(key), "data/server.key");
    execute("postgres", "ALTER SYSTEM SET ssl = on");
    execute("postgres", "SELECT pg_reload_conf()");
  }

  /** Writes a file that only the server can read. */
  private void write(final String text, final String file) throws IOException {
    run(
        new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)),
        "sh",
        "-c",
        "umask 077; cat >" + file);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private boolean isUp(final int wanted) throws IOException {
    final long deadlineNs = System.nanoTime() + START_LIMIT_NS;
    final Path ready = folder.resolve("data/postmaster.pid");
    while (System.nanoTime() - deadlineNs < 0 && !log().contains("could not bind")) {
      if (Files.exists(ready) && Files.readString(ready).contains("ready")) {
        return true;
      }
      try {
        Thread.sleep(20);
      } catch (final InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted while waiting for port " + wanted, e);
      }
    }
    return false;
  }

  private String log() throws IOException {
    final Path log = folder.resolve("log");
    return Files.exists(log) ? Files.readString(log) : "";
  }

  /** The server ends in order, and every session with it. */
  public void stop() {
    end("INT keep");
  }

  /** The server ends as by a crash, and recovers at its next start. */
  public void crash() {
    end("QUIT keep");
  }

  /** The server hangs: it keeps its connections and answers nothing. */
  public void pause() throws IOException {
    signal("-STOP");
  }

  /** It goes on where it was. */
  public void resume() throws IOException {
    signal("-CONT");
  }

  private void signal(final String name) throws IOException {
    final List<String> command = new ArrayList<>(List.of("kill", name));
    keeper.descendants().forEach(process -> command.add(Long.toString(process.pid())));
    run(InputStream.nullInputStream(), command.toArray(String[]::new));
  }

  private void end(final String how) {
    try (OutputStream pipe = keeper.getOutputStream()) {
      pipe.write((how + "\n").getBytes(StandardCharsets.US_ASCII));
    } catch (final IOException e) {
      throw new IllegalStateException("the keeper is gone", e);
    }
    try {
      keeper.waitFor();
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Makes an empty database and answers its URL. */
  public String newDatabase() {
    final String name = "fleet" + NAMES.incrementAndGet();
    execute("postgres", "CREATE DATABASE " + name);
    return url(name);
  }

  /** The URL of a database, with user and password. */
  public String url(final String database) {
    return "postgresql://%s:%s@127.0.0.1:%d/%s".formatted(USER, PASSWORD_ENCODED, port, database);
  }

  public int port() {
    return port;
  }

  /** Runs a command in a database. */
  public void execute(final String database, final String command) {
    final Properties login = new Properties();
    login.setProperty("user", USER);
    login.setProperty("password", PASSWORD);
    try (Connection connection =
            new Driver().connect("jdbc:postgresql://127.0.0.1:" + port + "/" + database, login);
        Statement statement = connection.createStatement()) {
      statement.execute(command);
    } catch (final SQLException e) {
      throw new IllegalStateException(command, e);
    }
  }

  /** The name of the database that a URL leads to. */
  public static String database(final String url) {
    return DatabaseUrl.parse(url).database();
  }

  /** Ends the server and deletes its folder. */
  @Override
  public void close() {
    end("QUIT");
  }
}
