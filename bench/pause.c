/*
 * The service that all supervisors run: `pause STAMPS INDEX [MS]`. It appends a record to the file STAMPS, three
 * 64-bit words: its PID, CLOCK_MONOTONIC in ns at its first instruction, and INDEX. Then it waits for ever, or
 * with MS sleeps so long and exits 0.
 *
 * It may be what interprets a script, `#!pause STAMPS INDEX`, for the supervisors whose `run` takes no arguments:
 * then the kernel hands over both as one word, and no shell has to be started.
 *
 * With -DTINY -nostdlib there is no libc in it, nothing but system calls: that is the smallest thing to start.
 */
#include <fcntl.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>

#ifdef TINY
static long call(long number, long a, long b, long c, long d) {
#if defined __x86_64__
    long result;
    register long r10 __asm__("r10") = d;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10)
                     : "rcx", "r11", "memory");
    return result;
#elif defined __aarch64__
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d;
    register long x4 __asm__("x4") = 0;
    __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4) : "memory");
    return x0;
#else
#error "no system calls without libc for this machine"
#endif
}
#else
#include <unistd.h>
#define call syscall
#endif

static uint64_t number(const char *text) {
    uint64_t value = 0;
    for (; *text >= '0' && *text <= '9'; text += 1) value = value * 10 + (uint64_t)(*text - '0');
    return value;
}

/* Ends the first word of `text` at its first blank, and returns the second; NULL if there is one word only. */
static char *cut(char *text) {
    while (*text != ' ' && *text != '\0') text += 1;
    if (*text == '\0') return 0;
    *text = '\0';
    return text + 1;
}

static int serve(int argc, char **argv) {
    struct timespec now;
    call(SYS_clock_gettime, CLOCK_MONOTONIC, (long)&now, 0, 0);
    if (argc < 3) return 2;
    /* As an interpreter it gets the script's name and arguments besides, which say nothing. */
    char *index = cut(argv[1]);
    const int is_script = index != 0;
    if (!is_script) index = argv[2];
    long fd = call(SYS_openat, AT_FDCWD, (long)argv[1], O_WRONLY | O_APPEND | O_CLOEXEC, 0);
    if (fd < 0) return 1;
    uint64_t stamp[3] = {
        (uint64_t)call(SYS_getpid, 0, 0, 0, 0),
        (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec,
        number(index),
    };
    if (call(SYS_write, fd, (long)stamp, sizeof stamp, 0) != (long)sizeof stamp) return 1;
    call(SYS_close, fd, 0, 0, 0);
    if (argc > 3 && !is_script) {
        uint64_t ms = number(argv[3]);
        struct timespec length = {(time_t)(ms / 1000), (long)(ms % 1000) * 1000000};
        if (ms > 0) call(SYS_nanosleep, (long)&length, 0, 0, 0);
        return 0;
    }
    for (;;) call(SYS_ppoll, 0, 0, 0, 0);
}

#ifdef TINY
/* What the kernel leaves at the start of the stack: argc, then argv. */
__attribute__((noreturn, used)) static void begin(long *stack) {
    call(SYS_exit_group, serve((int)stack[0], (char **)(stack + 1)), 0, 0, 0);
    __builtin_unreachable();
}

#if defined __x86_64__
__asm__(".globl _start\n_start:\n xor %ebp, %ebp\n mov %rsp, %rdi\n and $-16, %rsp\n call begin\n");
#else
__asm__(".globl _start\n_start:\n mov x0, sp\n bl begin\n");
#endif
#else
int main(int argc, char **argv) {
    return serve(argc, argv);
}
#endif
