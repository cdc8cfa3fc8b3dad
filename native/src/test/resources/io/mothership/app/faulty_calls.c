/*
 * Makes one call into the operating system fail with EIO, and the same call succeed ever after: the worst a disk can
 * do, as who tries again is told that all is well. To be preloaded into the process.
 *
 * FAULTY_CALLS names a file that orders a fault: "sync" or "write", a blank, and a part of the path it must be made on.
 * When the fault has happened the file has ".done" behind its name.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static int is_ordered(const char *call, int fd) {
  const char *order = getenv("FAULTY_CALLS");
  if (order == NULL) {
    return 0;
  }
  int file = open(order, O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    return 0;
  }
  char text[256];
  ssize_t length = read(file, text, sizeof text - 1);
  close(file);
  if (length <= 0) {
    return 0;
  }
  text[length] = 0;
  char *part = strchr(text, ' ');
  if (part == NULL) {
    return 0;
  }
  *part++ = 0;
  if (strcmp(text, call) != 0) {
    return 0;
  }
  char link[64];
  char path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  length = readlink(link, path, sizeof path - 1);
  if (length <= 0) {
    return 0;
  }
  path[length] = 0;
  if (strstr(path, part) == NULL) {
    return 0;
  }
  char done[4096];
  snprintf(done, sizeof done, "%s.done", order);
  /* Of several threads one gets it. */
  return rename(order, done) == 0;
}

static int fails(const char *call, int fd) {
  int before = errno;
  int ordered = is_ordered(call, fd);
  errno = ordered ? EIO : before;
  return ordered;
}

int fdatasync(int fd) {
  static int (*next)(int);
  if (next == NULL) {
    next = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
  }
  return fails("sync", fd) ? -1 : next(fd);
}

int fsync(int fd) {
  static int (*next)(int);
  if (next == NULL) {
    next = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
  }
  return fails("sync", fd) ? -1 : next(fd);
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t offset) {
  static ssize_t (*next)(int, const void *, size_t, off64_t);
  if (next == NULL) {
    next = (ssize_t(*)(int, const void *, size_t, off64_t))dlsym(RTLD_NEXT, "pwrite64");
  }
  return fails("write", fd) ? -1 : next(fd, bytes, length, offset);
}
