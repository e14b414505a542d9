/*
 * fast-clock.c: makes a process's clocks run faster, so that a gateway on the machine's clock lives an hour in half a minute.
 * Loaded with LD_PRELOAD. TALLYWELL_FAST_CLOCK=factor:unix-ms:monotonic-ms: from these two moments on each clock runs
 * `factor` times as fast, in every process alike, so that a restarted one goes on where the last stood.
 * Only what Node asks on Linux is here: clock_gettime, gettimeofday, time, and the waiting of its event loop (epoll).
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/time.h>
#include <time.h>

static int64_t factor = -1;
static int64_t unixNs;
static int64_t monotonicNs;

static void *real(const char *name) { return dlsym(RTLD_NEXT, name); }

static int64_t factorOf(void) {
  if (factor < 0) {
    long long by = 1, unixMs = 0, monotonicMs = 0;
    const char *text = getenv("TALLYWELL_FAST_CLOCK");
    if (text && sscanf(text, "%lld:%lld:%lld", &by, &unixMs, &monotonicMs) != 3) abort();
    unixNs = unixMs * 1000000;
    monotonicNs = monotonicMs * 1000000;
    factor = by;
  }
  return factor;
}

int clock_gettime(clockid_t id, struct timespec *at) {
  static int (*call)(clockid_t, struct timespec *);
  if (!call) call = real("clock_gettime");
  int done = call(id, at);
  if (done != 0 || factorOf() == 1) return done;
  int64_t since;
  if (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE) since = unixNs;
  else if (id == CLOCK_MONOTONIC || id == CLOCK_MONOTONIC_COARSE || id == CLOCK_MONOTONIC_RAW || id == CLOCK_BOOTTIME)
    since = monotonicNs;
  else return done;
  int64_t ns = since + (at->tv_sec * 1000000000LL + at->tv_nsec - since) * factor;
  at->tv_sec = ns / 1000000000;
  at->tv_nsec = ns % 1000000000;
  return 0;
}

int gettimeofday(struct timeval *at, void *zone) {
  (void)zone;
  struct timespec now;
  int done = clock_gettime(CLOCK_REALTIME, &now);
  at->tv_sec = now.tv_sec;
  at->tv_usec = now.tv_nsec / 1000;
  return done;
}

time_t time(time_t *at) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (at) *at = now.tv_sec;
  return now.tv_sec;
}

/* A wait of the fast clock in real ms, never less than 1 where it was more than 0. */
static int realWait(int ms) { return ms <= 0 ? ms : (int)((ms + factorOf() - 1) / factorOf()); }

int epoll_wait(int fd, struct epoll_event *events, int most, int ms) {
  static int (*call)(int, struct epoll_event *, int, int);
  if (!call) call = real("epoll_wait");
  return call(fd, events, most, realWait(ms));
}

int epoll_pwait(int fd, struct epoll_event *events, int most, int ms, const sigset_t *mask) {
  static int (*call)(int, struct epoll_event *, int, int, const sigset_t *);
  if (!call) call = real("epoll_pwait");
  return call(fd, events, most, realWait(ms), mask);
}
