/*
 * For `npm run bench:machine`, under two names. As init: says when the kernel handed over to it, and becomes
 * what is measured; the word `floor` on the kernel's command line makes that the bare Node script. As the
 * first service: says when it began, and waits for ever. CLOCK_BOOTTIME in µs, on the console.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static void say(const char *what) {
    struct timespec now;
    char line[64];
    clock_gettime(CLOCK_BOOTTIME, &now);
    int length = snprintf(line, sizeof line, "%s at %lld us\n", what, now.tv_sec * 1000000LL + now.tv_nsec / 1000);
    /* Node leaves no standard files to what it starts with a bare posix_spawn. */
    int fd = open("/dev/console", O_WRONLY | O_NOCTTY | O_CLOEXEC);
    if (write(fd, line, (size_t)length) != length) _exit(1);
    close(fd);
}

int main(int argc, char **argv) {
    if (getpid() != 1) {
        say("first service");
        for (;;) pause();
    }
    int isFloor = argc > 1 && strcmp(argv[1], "floor") == 0;
    char *floor[] = {"node", "/start-floor.cjs", "/koffi.node", "/handover", NULL};
    char *minit[] = {"init", NULL};
    say("handed over");
    if (isFloor) execv("/usr/bin/node", floor);
    else execv("/usr/sbin/init", minit);
    return 1;
}
