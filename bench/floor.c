/*
 * The floor: the least that a program can do to keep N processes running. `floor N PROGRAM STAMPS` starts
 * `PROGRAM STAMPS INDEX` for each INDEX from 1 on, one after the other by posix_spawn(3). One that dies by a signal
 * is started anew. SIGTERM kills and reaps them all, and ends it.
 */
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

extern char **environ;

static volatile sig_atomic_t started, stopping;
static pid_t *pids;

/* kill(2) is allowed in a handler, and is done from here so that no signal comes between a look and a wait. */
static void stop(int signal_number) {
    (void)signal_number;
    stopping = 1;
    for (int i = 0; i < started; i += 1)
        if (pids[i] > 0) kill(pids[i], SIGKILL);
}

static pid_t start(int index, char **argv) {
    char text[16];
    char *program[] = {argv[2], argv[3], text, NULL};
    pid_t pid;
    snprintf(text, sizeof text, "%d", index + 1);
    if (posix_spawn(&pid, argv[2], NULL, NULL, program, environ) != 0) return 0;
    if (stopping) kill(pid, SIGKILL);
    return pid;
}

int main(int argc, char **argv) {
    if (argc != 4) return 2;
    const int count = atoi(argv[1]);
    enum { pids_max = 1 << 22 };
    int *index_of = calloc(pids_max, sizeof *index_of);
    pids = calloc((size_t)count, sizeof *pids);
    if (pids == NULL || index_of == NULL) return 1;
    struct sigaction action = {.sa_handler = stop};
    sigaction(SIGTERM, &action, NULL);
    for (int i = 0; i < count && !stopping; i += 1) {
        pids[i] = start(i, argv);
        if (pids[i] == 0) return 1;
        index_of[pids[i]] = i;
        started = i + 1;
    }
    for (int left = started; left > 0;) {
        int status;
        const pid_t pid = waitpid(-1, &status, 0);
        if (pid < 0) continue;
        const int i = index_of[pid];
        pids[i] = 0;
        if (!stopping && WIFSIGNALED(status)) {
            pids[i] = start(i, argv);
            index_of[pids[i]] = i;
        }
        if (pids[i] == 0) left -= 1;
    }
    return 0;
}
