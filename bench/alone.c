/*
 * Runs a supervisor alone: `alone [--shared | --etc DIR] COMMAND [ARG]...`. It makes PID, mount and network namespaces,
 * and in them a PID 1 that mounts /proc, starts COMMAND as its child and reaps whatever is left to it. When that PID 1
 * goes the kernel ends all that is inside, and it goes when standard input ends or its parent dies: nothing stays
 * behind. With --etc all inside see DIR as /etc, for a supervisor whose files can be nowhere else.
 * With --shared there are no namespaces (who is not root cannot have them); orphans are adopted and killed one by one.
 *
 * It says on standard output, a line each, times being CLOCK_MONOTONIC in ns:
 *     launched TIME PID          just before the exec of COMMAND; PID is this reaper's
 *     ended TIME STATUS          COMMAND has
 * and does what standard input asks, a line each, its words divided by tabs:
 *     kill SIGNAL PID...         killed TIME, just before the first; without PIDs it is COMMAND that gets it
 *     count PID...               alive COUNT, those of them that are there
 *     run FILE ARG...            ran FROM TO STATUS, from before the exec to the exit; its output goes to FILE
 *     watch PID...               watching, then gone TIME as soon as the last of them has
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <net/if.h>
#include <time.h>
#include <unistd.h>

/* Who asked for a kill is told so much later: what wakes up then must not compete with what is being measured. */
enum { line_max = 1 << 20, words_max = 1 << 17, quiet_ms = 20 };

static pid_t command;
static char line[line_max];
static char *words[words_max];
static sigset_t none;

static long long now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void fail(const char *what) {
    perror(what);
    _exit(111);
}

/* One write a line: the watcher says something, too. */
static void say(const char *format, long long a, long long b, long long c) {
    char text[128];
    const int length = snprintf(text, sizeof text, format, a, b, c);
    if (write(1, text, (size_t)length) != length) _exit(111);
}

static int code_of(int status) {
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void become(char **argv, int output) {
    sigprocmask(SIG_SETMASK, &none, NULL);
    dup2(output, 1);
    execvp(argv[0], argv);
    fail(argv[0]);
}

static void launch(char **argv) {
    const pid_t reaper = getpid();
    /* Not fork: until the exec nothing is obeyed, so that "launched" is said first and is said at all. */
    command = vfork();
    if (command < 0) fail("vfork");
    if (command > 0) return;
    const int nothing = open("/dev/null", O_RDWR);
    dup2(nothing, 0);
    say("launched %lld %lld\n", now(), reaper, 0);
    become(argv, nothing);
}

/* Reaps; returns the status of `awaited`, or -1 when there is nothing more for now. */
static int reap(pid_t awaited) {
    int status;
    for (;;) {
        const pid_t pid = waitpid(-1, &status, awaited == 0 ? WNOHANG : 0);
        if (pid <= 0) return -1;
        if (pid == command) {
            command = 0;
            say("ended %lld %lld\n", now(), code_of(status), 0);
        }
        if (pid == awaited) return code_of(status);
    }
}

static void send_all(int count) {
    const int signal_number = atoi(words[1]);
    const long long at = now();
    if (count == 2) {
        if (command > 0) kill(command, signal_number);
    } else {
        for (int i = 2; i < count; i += 1) kill(atoi(words[i]), signal_number);
    }
    const struct timespec quiet = {0, quiet_ms * 1000000L};
    nanosleep(&quiet, NULL);
    say("killed %lld\n", at, 0, 0);
}

static void count_alive(int count) {
    int there = 0;
    for (int i = 1; i < count; i += 1) there += kill(atoi(words[i]), 0) == 0;
    say("alive %lld\n", there, 0, 0);
}

static void run(int count) {
    words[count] = NULL;
    const long long from = now();
    const pid_t pid = fork();
    if (pid < 0) fail("fork");
    if (pid == 0) {
        const int output = open(words[1], O_WRONLY | O_CREAT | O_TRUNC, 0600);
        dup2(output, 2);
        dup2(open("/dev/null", O_RDONLY), 0);
        become(words + 2, output);
    }
    const int status = reap(pid);
    say("ran %lld %lld %lld\n", from, now(), status);
}

/* Waits for one after the other: that wakes up seldom, and the last one is seen as soon as it has gone. */
static void watch(int count) {
    const pid_t pid = fork();
    if (pid != 0) return;
    static int fds[words_max];
    for (int i = 1; i < count; i += 1) fds[i] = (int)syscall(SYS_pidfd_open, atoi(words[i]), 0);
    say("watching\n", 0, 0, 0);
    for (int i = 1; i < count; i += 1) {
        struct pollfd one = {.fd = fds[i], .events = POLLIN};
        if (fds[i] >= 0) poll(&one, 1, -1);
    }
    say("gone %lld\n", now(), 0, 0);
    _exit(0);
}

static void obey(void) {
    int count = 0;
    for (char *word = strtok(line, "\t"); word != NULL && count < words_max - 1; word = strtok(NULL, "\t"))
        words[count++] = word;
    if (count < 2) return;
    if (strcmp(words[0], "kill") == 0) send_all(count);
    else if (strcmp(words[0], "count") == 0) count_alive(count);
    else if (strcmp(words[0], "run") == 0) run(count);
    else if (strcmp(words[0], "watch") == 0) watch(count);
}

/* Without a PID namespace: kills every child until there is none; grandchildren become children. */
static void end_all(void) {
    char path[64];
    snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
    for (;;) {
        FILE *children = fopen(path, "r");
        int pid, seen = 0;
        while (children != NULL && fscanf(children, "%d", &pid) == 1) {
            kill(pid, SIGKILL);
            seen += 1;
        }
        if (children != NULL) fclose(children);
        if (seen == 0) return;
        /* No more than were killed: what they leave to us has not been killed yet. */
        for (; seen > 0 && waitpid(-1, NULL, 0) > 0; seen -= 1) {}
    }
}

static void serve(void) {
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child, NULL);
    struct pollfd both[] = {
        {.fd = 0, .events = POLLIN},
        {.fd = signalfd(-1, &child, SFD_CLOEXEC), .events = POLLIN},
    };
    size_t length = 0;
    for (;;) {
        poll(both, 2, -1);
        struct signalfd_siginfo taken;
        if (both[1].revents != 0 && read(both[1].fd, &taken, sizeof taken) > 0) reap(0);
        if (both[0].revents == 0) continue;
        const ssize_t got = read(0, line + length, sizeof line - length);
        if (got <= 0) return;
        length += (size_t)got;
        /* The one that asks waits for the answer: there is never more than one line. */
        if (line[length - 1] != '\n') continue;
        line[length - 1] = '\0';
        obey();
        length = 0;
    }
}

static void bring_up_loopback(void) {
    struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP};
    const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd >= 0) ioctl(fd, SIOCSIFFLAGS, &request);
    close(fd);
}

int main(int argc, char **argv) {
    const int shared = argc > 1 && strcmp(argv[1], "--shared") == 0;
    const char *etc = argc > 2 && strcmp(argv[1], "--etc") == 0 ? argv[2] : NULL;
    char **wanted = argv + 1 + shared + (etc == NULL ? 0 : 2);
    if (wanted[0] == NULL) return 100;
    sigprocmask(SIG_SETMASK, NULL, &none);
    if (shared) {
        prctl(PR_SET_CHILD_SUBREAPER, 1);
        launch(wanted);
        serve();
        end_all();
        return 0;
    }
    if (unshare(CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET) != 0) fail("unshare");
    const pid_t init = fork();
    if (init < 0) fail("fork");
    if (init > 0) {
        int status;
        close(0);
        waitpid(init, &status, 0);
        return code_of(status);
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) fail("mount");
    if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) != 0) fail("mount /proc");
    if (etc != NULL && mount(etc, "/etc", NULL, MS_BIND, NULL) != 0) fail("mount /etc");
    bring_up_loopback();
    launch(wanted);
    serve();
    return 0;
}
