package io.mothership.storage.power;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.sqlite.SQLiteConnection;
import org.sqlite.core.NativeDB;

/**
 * SQLite's way to a {@link PowerCutDisk}: whenever it opens, writes, truncates, syncs or deletes a
 * file on such a disk, the disk is asked and told; the work is done by SQLite's own code, but for
 * the syncs, which cost time and prove nothing here.
 *
 * <p>SQLite goes to its files through two tables of functions that are a documented interface:
 * {@code sqlite3_vfs} for names, {@code sqlite3_io_methods} for open files. Six entries of them are
 * replaced by methods of this class, once and for the whole process; locks and the shared index
 * stay as they are.
 */
final class SqliteFiles {
  private static final int OK = 0;
  private static final int IO_ERROR = 10;

  /** Rollback journals and write-ahead logs: their first sync is one of the directory too. */
  private static final int OPEN_JOURNALS = 0x800 | 0x4000 | 0x80000;

  private static final long WORD = ValueLayout.ADDRESS.byteSize();

  /** Offsets in {@code sqlite3_vfs}: three numbers, then pointers. */
  private static final long VFS_NAME = 3 * WORD;

  private static final long VFS_OPEN = 5 * WORD;
  private static final long VFS_DELETE = 6 * WORD;
  private static final long VFS_LENGTH = 22 * WORD;

  /** Offsets in {@code sqlite3_io_methods}: the version, then pointers. */
  private static final long IO_WRITE = 3 * WORD;

  private static final long IO_TRUNCATE = 4 * WORD;
  private static final long IO_SYNC = 5 * WORD;
  private static final long IO_LENGTH = 19 * WORD;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final Map<Path, PowerCutDisk> DISKS = new ConcurrentHashMap<>();

  /** Open files, by the address of their {@code sqlite3_file}. */
  private static final Map<Long, OpenFile> OPENED = new ConcurrentHashMap<>();

  /** Ours, by the address of SQLite's. */
  private static final Map<Long, MemorySegment> TABLES = new ConcurrentHashMap<>();

  private static MethodHandle open;
  private static MethodHandle delete;
  private static MethodHandle write;
  private static MethodHandle truncate;

  /** An open file; {@code syncsNames} until the first sync of a new journal. */
  private static final class OpenFile {
    private final PowerCutDisk disk;
    private final Path file;
    private boolean syncsNames;

    OpenFile(final PowerCutDisk disk, final Path file, final boolean syncsNames) {
      this.disk = disk;
      this.file = file;
      this.syncsNames = syncsNames;
    }
  }

  /** How to call one of the functions, and which method of ours stands in its place. */
  private enum Entry {
    OPEN(
        "onOpen",
        FunctionDescriptor.of(
            ValueLayout.JAVA_INT,
            ValueLayout.ADDRESS,
            ValueLayout.ADDRESS,
            ValueLayout.ADDRESS,
            ValueLayout.JAVA_INT,
            ValueLayout.ADDRESS)),
    DELETE(
        "onDelete",
        FunctionDescriptor.of(
            ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_INT)),
    WRITE(
        "onWrite",
        FunctionDescriptor.of(
            ValueLayout.JAVA_INT,
            ValueLayout.ADDRESS,
            ValueLayout.ADDRESS,
            ValueLayout.JAVA_INT,
            ValueLayout.JAVA_LONG)),
    TRUNCATE(
        "onTruncate",
        FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG)),
    SYNC(
        "onSync",
        FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));

    private final String method;
    private final FunctionDescriptor type;

    Entry(final String method, final FunctionDescriptor type) {
      this.method = method;
      this.type = type;
    }

    /** Puts our method into a table and answers the function that was there. */
    @SuppressWarnings("restricted")
    MethodHandle replace(final MemorySegment table, final long offset) {
      final MethodHandle before =
          LINKER.downcallHandle(table.get(ValueLayout.ADDRESS, offset), type);
      try {
        final MethodHandle ours =
            MethodHandles.lookup().findStatic(SqliteFiles.class, method, type.toMethodType());
        table.set(ValueLayout.ADDRESS, offset, LINKER.upcallStub(ours, type, Arena.global()));
      } catch (final ReflectiveOperationException e) {
        throw new IllegalStateException(e);
      }
      return before;
    }
  }

  private SqliteFiles() {}

  /** From now on what SQLite does in the disk's folder is seen by the disk. */
  static void watch(final PowerCutDisk disk) {
    install();
    DISKS.put(disk.folder(), disk);
  }

  /** The folder is nobody's any more. */
  static void forget(final PowerCutDisk disk) {
    DISKS.remove(disk.folder());
    OPENED.values().removeIf(file -> file.disk == disk);
  }

  private static synchronized void install() {
    if (open == null) {
      final MemorySegment vfs = vfs();
      delete = Entry.DELETE.replace(vfs, VFS_DELETE);
      open = Entry.OPEN.replace(vfs, VFS_OPEN);
    }
  }

  /** A connection, {@code struct sqlite3}, begins with the address of its {@code sqlite3_vfs}. */
  @SuppressWarnings("restricted")
  private static MemorySegment vfs() {
    try (SQLiteConnection connection =
        DriverManager.getConnection("jdbc:sqlite::memory:").unwrap(SQLiteConnection.class)) {
      final var pointer = NativeDB.class.getDeclaredField("pointer");
      pointer.setAccessible(true);
      final MemorySegment vfs =
          MemorySegment.ofAddress(pointer.getLong(connection.getDatabase()))
              .reinterpret(WORD)
              .get(ValueLayout.ADDRESS, 0)
              .reinterpret(VFS_LENGTH);
      final String name = text(vfs.get(ValueLayout.ADDRESS, VFS_NAME));
      if (!name.equals("unix")) {
        throw new IllegalStateException("not the table of functions: name=" + name);
      }
      return vfs;
    } catch (final SQLException | ReflectiveOperationException e) {
      throw new IllegalStateException("cannot reach SQLite's functions", e);
    }
  }

  @SuppressWarnings("restricted")
  private static String text(final MemorySegment address) {
    return address.reinterpret(Long.MAX_VALUE).getString(0);
  }

  private static Optional<PowerCutDisk> disk(final Path file) {
    return Optional.ofNullable(DISKS.get(file.getParent()));
  }

  // Called by SQLite: nothing may be thrown through it.

  @SuppressWarnings("unused")
  private static int onOpen(
      final MemorySegment vfs,
      final MemorySegment name,
      final MemorySegment file,
      final int flags,
      final MemorySegment outFlags) {
    try {
      final Path path = name.address() == 0 ? Path.of("") : Path.of(text(name));
      final Optional<PowerCutDisk> disk = disk(path);
      if (disk.isEmpty()) {
        return (int) open.invokeExact(vfs, name, file, flags, outFlags);
      }
      disk.get().call();
      final boolean isNew = !disk.get().has(path);
      final int result = (int) open.invokeExact(vfs, name, file, flags, outFlags);
      if (result == OK) {
        disk.get().opened(path);
        final boolean syncsNames = isNew && (flags & OPEN_JOURNALS) != 0;
        OPENED.put(file.address(), new OpenFile(disk.get(), path, syncsNames));
        watchMethods(file);
      }
      return result;
    } catch (final Throwable e) {
      return IO_ERROR;
    }
  }

  /** An open file begins with the address of its table of functions. */
  @SuppressWarnings("restricted")
  private static void watchMethods(final MemorySegment file) {
    final MemorySegment slot = file.reinterpret(WORD);
    final MemorySegment original = slot.get(ValueLayout.ADDRESS, 0);
    slot.set(
        ValueLayout.ADDRESS,
        0,
        TABLES.computeIfAbsent(original.address(), address -> replaced(original)));
  }

  @SuppressWarnings("restricted")
  private static MemorySegment replaced(final MemorySegment original) {
    final MemorySegment table = Arena.global().allocate(IO_LENGTH, WORD);
    table.copyFrom(original.reinterpret(IO_LENGTH));
    // The same functions in each of SQLite's tables: those differ in how they lock.
    write = Entry.WRITE.replace(table, IO_WRITE);
    truncate = Entry.TRUNCATE.replace(table, IO_TRUNCATE);
    Entry.SYNC.replace(table, IO_SYNC);
    return table;
  }

  @SuppressWarnings("unused")
  private static int onWrite(
      final MemorySegment file, final MemorySegment bytes, final int length, final long offset) {
    try {
      OPENED.get(file.address()).disk.call();
      return (int) write.invokeExact(file, bytes, length, offset);
    } catch (final Throwable e) {
      return IO_ERROR;
    }
  }

  @SuppressWarnings("unused")
  private static int onTruncate(final MemorySegment file, final long length) {
    try {
      OPENED.get(file.address()).disk.call();
      return (int) truncate.invokeExact(file, length);
    } catch (final Throwable e) {
      return IO_ERROR;
    }
  }

  @SuppressWarnings("unused")
  private static int onSync(final MemorySegment file, final int flags) {
    try {
      final OpenFile opened = OPENED.get(file.address());
      opened.disk.call();
      opened.disk.synced(opened.file);
      if (opened.syncsNames) {
        opened.syncsNames = false;
        opened.disk.directorySynced(opened.file.getParent());
      }
      return OK;
    } catch (final Throwable e) {
      return IO_ERROR;
    }
  }

  @SuppressWarnings("unused")
  private static int onDelete(
      final MemorySegment vfs, final MemorySegment name, final int syncsNames) {
    try {
      final Path path = Path.of(text(name));
      final Optional<PowerCutDisk> disk = disk(path);
      if (disk.isPresent()) {
        disk.get().call();
        disk.get().deleting(path);
      }
      final int result = (int) delete.invokeExact(vfs, name, 0);
      if (disk.isPresent() && syncsNames != 0) {
        disk.get().directorySynced(path.getParent());
      }
      return result;
    } catch (final Throwable e) {
      return IO_ERROR;
    }
  }
}
