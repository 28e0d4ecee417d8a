/*
 * A service that does nothing: it says when it began, then waits for ever. The record goes to
 * the file that BENCH_STAMPS names: PID and CLOCK_MONOTONIC in ns, two 64-bit words.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

int main(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    const char *path = getenv("BENCH_STAMPS");
    int fd = path == NULL ? -1 : open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
    if (fd >= 0) {
        uint64_t stamp[2] = {(uint64_t)getpid(), (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec};
        if (write(fd, stamp, sizeof stamp) != (ssize_t)sizeof stamp) return 1;
        close(fd);
    }
    for (;;) pause();
}
