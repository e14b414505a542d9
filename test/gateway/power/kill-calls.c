/*
 * kill-calls.c: kills a process at an exact call: the N-th that changes something below one folder.
 * Loaded with LD_PRELOAD. TALLYWELL_KILL_FOLDER: calls on files whose path begins so are counted; TALLYWELL_KILL_AT: which
 * one, from 1; 0 = none. TALLYWELL_KILL_HOW: 0 before the call, 1 in its middle (half of a write is done), 2 after it.
 * Counted are: an open that may make a file, write, pwrite, fsync, fdatasync, ftruncate, unlink, rename.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#define FDS 4096

static char isOursFd[FDS];
static const char *folder;
static long killAt = -1;
static int how;
static long calls;

static void *real(const char *name) { return dlsym(RTLD_NEXT, name); }

static int isOurs(const char *path) {
  if (killAt < 0) {
    folder = getenv("TALLYWELL_KILL_FOLDER");
    const char *at = getenv("TALLYWELL_KILL_AT");
    const char *way = getenv("TALLYWELL_KILL_HOW");
    how = way ? atoi(way) : 0;
    killAt = folder && at ? atol(at) : 0;
  }
  return killAt > 0 && path && strncmp(path, folder, strlen(folder)) == 0;
}

static int isOursOf(int fd) { return killAt > 0 && fd >= 0 && fd < FDS && isOursFd[fd]; }

static void end(void) {
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

/* Counts a call. @returns is it the one? */
static int isIt(int ours) { return ours && __sync_add_and_fetch(&calls, 1) == killAt; }

static void before(int it) {
  if (it && how < 2) end();
}

static void after(int it) {
  if (it) end();
}

#define OPEN(NAME)                                                                \
  int NAME(const char *path, int flags, ...) {                                    \
    static int (*call)(const char *, int, ...);                                   \
    if (!call) call = real(#NAME);                                                \
    va_list list;                                                                 \
    va_start(list, flags);                                                        \
    int mode = va_arg(list, int);                                                 \
    va_end(list);                                                                 \
    int ours = isOurs(path);                                                      \
    int it = isIt(ours && (flags & O_CREAT));                                     \
    before(it);                                                                   \
    int fd = call(path, flags, mode);                                             \
    if (fd >= 0 && fd < FDS) isOursFd[fd] = ours;                                 \
    after(it);                                                                    \
    return fd;                                                                    \
  }
OPEN(open)
OPEN(open64)

int close(int fd) {
  static int (*call)(int);
  if (!call) call = real("close");
  if (fd >= 0 && fd < FDS) isOursFd[fd] = 0;
  return call(fd);
}

ssize_t write(int fd, const void *bytes, size_t length) {
  static ssize_t (*call)(int, const void *, size_t);
  if (!call) call = real("write");
  int it = isIt(isOursOf(fd));
  if (it && how == 1) call(fd, bytes, length / 2);
  before(it);
  ssize_t done = call(fd, bytes, length);
  after(it);
  return done;
}

#define PWRITE(NAME)                                                   \
  ssize_t NAME(int fd, const void *bytes, size_t length, off_t at) {   \
    static ssize_t (*call)(int, const void *, size_t, off_t);          \
    if (!call) call = real(#NAME);                                     \
    int it = isIt(isOursOf(fd));                                       \
    if (it && how == 1) call(fd, bytes, length / 2, at);               \
    before(it);                                                        \
    ssize_t done = call(fd, bytes, length, at);                        \
    after(it);                                                         \
    return done;                                                       \
  }
PWRITE(pwrite)
PWRITE(pwrite64)

#define ON_FD(NAME, PARAMETERS, ARGUMENTS)      \
  int NAME PARAMETERS {                         \
    static int(*call) PARAMETERS;               \
    if (!call) call = real(#NAME);              \
    int it = isIt(isOursOf(fd));                \
    before(it);                                 \
    int done = call ARGUMENTS;                  \
    after(it);                                  \
    return done;                                \
  }
ON_FD(fsync, (int fd), (fd))
ON_FD(fdatasync, (int fd), (fd))
ON_FD(ftruncate, (int fd, off_t length), (fd, length))
ON_FD(ftruncate64, (int fd, off_t length), (fd, length))

int unlink(const char *path) {
  static int (*call)(const char *);
  if (!call) call = real("unlink");
  int it = isIt(isOurs(path));
  before(it);
  int done = call(path);
  after(it);
  return done;
}

int rename(const char *from, const char *to) {
  static int (*call)(const char *, const char *);
  if (!call) call = real("rename");
  int it = isIt(isOurs(from));
  before(it);
  int done = call(from, to);
  after(it);
  return done;
}
