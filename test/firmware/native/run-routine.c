/*
 * Runs the native routine under qemu-arm: loads the file named by its first argument at the given offset of a page, makes it
 * read-only, and answers calls from standard input until it ends.
 * Call: op, length (4 bytes each, little-endian), ctx (128 bytes), message. Answer: result (4), ctx (128), message.
 * Linux system calls only, so that no C library is needed.
 */
typedef unsigned char u8;
typedef unsigned int u32;

static long call(long number, long a, long b, long c, long d, long e, long f) {
  register long r7 __asm__("r7") = number;
  register long r0 __asm__("r0") = a;
  register long r1 __asm__("r1") = b;
  register long r2 __asm__("r2") = c;
  register long r3 __asm__("r3") = d;
  register long r4 __asm__("r4") = e;
  register long r5 __asm__("r5") = f;
  __asm__ volatile("svc 0" : "+r"(r0) : "r"(r1), "r"(r2), "r"(r3), "r"(r4), "r"(r5), "r"(r7) : "memory");
  return r0;
}

#define EXIT 1
#define READ 3
#define WRITE 4
#define OPEN 5
#define MPROTECT 125
#define MMAP2 192

static int readAll(int file, u8 *to, int count) {
  int done = 0;
  while (done < count) {
    long got = call(READ, file, (long)(to + done), count - done, 0, 0, 0);
    if (got <= 0) break;
    done += (int)got;
  }
  return done;
}

static u8 message[8192];
static u32 head[2];
static u32 context[32];

__attribute__((used)) void run(long *stack) {
  char **arguments = (char **)(stack + 1);
  int offset = 0;
  for (char *digit = arguments[2]; *digit; digit++) offset = offset * 10 + *digit - '0';
  u8 *page = (u8 *)call(MMAP2, 0, 65536, 3, 0x22, -1, 0);
  int file = (int)call(OPEN, (long)arguments[1], 0, 0, 0, 0, 0);
  if (file < 0 || readAll(file, page + offset, 32768) <= 0) call(EXIT, 2, 0, 0, 0, 0, 0);
  if (call(MPROTECT, (long)page, 65536, 5, 0, 0, 0)) call(EXIT, 3, 0, 0, 0, 0, 0);
  int (*ed)(u32, void *, void *, u32) = (int (*)(u32, void *, void *, u32))(page + offset + 1);
  while (readAll(0, (u8 *)head, 8) == 8) {
    if (head[1] > sizeof message) call(EXIT, 4, 0, 0, 0, 0, 0);
    readAll(0, (u8 *)context, 128);
    readAll(0, message, (int)head[1]);
    u32 result = (u32)ed(head[0], context, message, head[1]);
    call(WRITE, 1, (long)&result, 4, 0, 0, 0);
    call(WRITE, 1, (long)context, 128, 0, 0, 0);
    call(WRITE, 1, (long)message, (long)head[1], 0, 0, 0);
  }
  call(EXIT, 0, 0, 0, 0, 0, 0);
}

__attribute__((naked)) void _start(void) { __asm__("mov r0, sp\n bl run\n"); }
