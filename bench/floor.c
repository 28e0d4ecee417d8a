/*
 * The floor: the least that a program can do to start N processes one after the other. Prints
 * their PIDs, then waits until its standard input ends, kills and reaps them all.
 */
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

int main(int argc, char **argv) {
    if (argc != 3) return 2;
    const int count = atoi(argv[1]);
    char *program[] = {argv[2], NULL};
    pid_t *pids = calloc((size_t)count, sizeof *pids);
    if (pids == NULL) return 1;
    int started = 0;
    while (started < count && posix_spawn(&pids[started], argv[2], NULL, NULL, program, environ) == 0) started += 1;
    printf("%d\n", started);
    fflush(stdout);
    char end;
    while (read(0, &end, 1) > 0) {}
    for (int i = 0; i < started; i += 1) kill(pids[i], SIGKILL);
    for (int i = 0; i < started; i += 1) waitpid(pids[i], NULL, 0);
    return started == count ? 0 : 1;
}
