/*
 * record-calls.c: notes what a process writes and syncs below one folder, in order, for power-cuts.test.ts.
 * Loaded with LD_PRELOAD. TALLYWELL_CALLS_FOLDER: files whose path begins so are noted; TALLYWELL_CALLS_LOG: where.
 * While the file TALLYWELL_FULL_FLAG exists, writes below the folder fail as on a full disk (ENOSPC).
 * A note: kind (1 byte: 'o' open, 'w' write, 's' sync, 't' truncate, 'u' unlink, 'r' rename), file (4 bytes, its number),
 * offset (8), length (4), then as many bytes: the data written, or the path of an opened, removed or renamed file.
 * All numbers little-endian. A file keeps its number over several opens: the path decides.
 * Only what SQLite and node:fs call on Linux is here: open(at), write, pwrite, fsync, fdatasync, ftruncate, unlink, rename.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#define FDS 4096
#define FILES 256

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int fileOfFd[FDS];
static char *paths[FILES];
static int files;
static int logFd = -2;
static const char *folder;
static const char *fullFlag;

static void *real(const char *name) { return dlsym(RTLD_NEXT, name); }

static ssize_t rawWrite(int fd, const void *bytes, size_t length) {
  static ssize_t (*call)(int, const void *, size_t);
  if (!call) call = real("write");
  return call(fd, bytes, length);
}

static int isOn(void) {
  if (logFd == -2) {
    folder = getenv("TALLYWELL_CALLS_FOLDER");
    fullFlag = getenv("TALLYWELL_FULL_FLAG");
    const char *path = getenv("TALLYWELL_CALLS_LOG");
    int (*call)(const char *, int, ...) = real("open");
    logFd = folder && path ? call(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
  }
  return folder != NULL;
}

static int isOurs(const char *path) {
  return isOn() && path && strncmp(path, folder, strlen(folder)) == 0;
}

static int numberOf(const char *path) {
  for (int at = 0; at < files; at++)
    if (strcmp(paths[at], path) == 0) return at + 1;
  if (files == FILES) abort();
  paths[files++] = strdup(path);
  return files;
}

static void note(char kind, uint32_t file, uint64_t offset, const void *bytes, uint32_t length) {
  if (logFd < 0) return;
  char head[17];
  head[0] = kind;
  memcpy(head + 1, &file, 4);
  memcpy(head + 5, &offset, 8);
  memcpy(head + 13, &length, 4);
  if (rawWrite(logFd, head, 17) != 17) abort();
  if (length && rawWrite(logFd, bytes, length) != (ssize_t)length) abort();
}

static int opened(int fd, const char *path) {
  if (fd >= 0 && fd < FDS) {
    pthread_mutex_lock(&lock);
    fileOfFd[fd] = isOurs(path) ? numberOf(path) : 0;
    if (fileOfFd[fd]) note('o', fileOfFd[fd], 0, path, strlen(path));
    pthread_mutex_unlock(&lock);
  }
  return fd;
}

static int fileOf(int fd) { return isOn() && fd >= 0 && fd < FDS ? fileOfFd[fd] : 0; }

static int isFull(int file) {
  static int (*call)(const char *, int);
  if (!file || !fullFlag) return 0;
  if (!call) call = real("access");
  return call(fullFlag, F_OK) == 0;
}

#define OPEN(NAME)                                       \
  int NAME(const char *path, int flags, ...) {           \
    static int (*call)(const char *, int, ...);          \
    if (!call) call = real(#NAME);                       \
    va_list list;                                        \
    va_start(list, flags);                               \
    int mode = va_arg(list, int);                        \
    va_end(list);                                        \
    return opened(call(path, flags, mode), path);        \
  }
OPEN(open)
OPEN(open64)

int close(int fd) {
  static int (*call)(int);
  if (!call) call = real("close");
  if (fd >= 0 && fd < FDS) fileOfFd[fd] = 0;
  return call(fd);
}

ssize_t write(int fd, const void *bytes, size_t length) {
  int file = fileOf(fd);
  if (!file) return rawWrite(fd, bytes, length);
  if (isFull(file)) {
    errno = ENOSPC;
    return -1;
  }
  pthread_mutex_lock(&lock);
  off_t offset = lseek(fd, 0, SEEK_CUR);
  ssize_t done = rawWrite(fd, bytes, length);
  if (done > 0) note('w', file, offset, bytes, done);
  pthread_mutex_unlock(&lock);
  return done;
}

#define PWRITE(NAME)                                                               \
  ssize_t NAME(int fd, const void *bytes, size_t length, off_t offset) {           \
    static ssize_t (*call)(int, const void *, size_t, off_t);                      \
    if (!call) call = real(#NAME);                                                 \
    int file = fileOf(fd);                                                         \
    if (!file) return call(fd, bytes, length, offset);                             \
    if (isFull(file)) {                                                            \
      errno = ENOSPC;                                                              \
      return -1;                                                                   \
    }                                                                              \
    pthread_mutex_lock(&lock);                                                     \
    ssize_t done = call(fd, bytes, length, offset);                                \
    if (done > 0) note('w', file, offset, bytes, done);                            \
    pthread_mutex_unlock(&lock);                                                   \
    return done;                                                                   \
  }
PWRITE(pwrite)
PWRITE(pwrite64)

#define SYNC(NAME)                            \
  int NAME(int fd) {                          \
    static int (*call)(int);                  \
    if (!call) call = real(#NAME);            \
    int file = fileOf(fd);                    \
    if (!file) return call(fd);               \
    pthread_mutex_lock(&lock);                \
    int done = call(fd);                      \
    if (done == 0) note('s', file, 0, 0, 0);  \
    pthread_mutex_unlock(&lock);              \
    return done;                              \
  }
SYNC(fsync)
SYNC(fdatasync)

#define TRUNCATE(NAME)                                  \
  int NAME(int fd, off_t length) {                      \
    static int (*call)(int, off_t);                     \
    if (!call) call = real(#NAME);                      \
    int file = fileOf(fd);                              \
    int done = call(fd, length);                        \
    if (file && done == 0) note('t', file, length, 0, 0); \
    return done;                                        \
  }
TRUNCATE(ftruncate)
TRUNCATE(ftruncate64)

int unlink(const char *path) {
  static int (*call)(const char *);
  if (!call) call = real("unlink");
  int done = call(path);
  if (done == 0 && isOurs(path)) note('u', numberOf(path), 0, path, strlen(path));
  return done;
}

int rename(const char *from, const char *to) {
  static int (*call)(const char *, const char *);
  if (!call) call = real("rename");
  int done = call(from, to);
  if (done == 0 && isOurs(from)) note('r', numberOf(from), numberOf(to), to, strlen(to));
  return done;
}
