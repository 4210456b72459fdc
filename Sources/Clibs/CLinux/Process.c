#define _GNU_SOURCE
#include "process.h"
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int linux_pidfd_open(pid_t process) { return (int)syscall(SYS_pidfd_open, process, 0); }

int linux_pidfd_signal(int pidfd, int signal) { return (int)syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0); }

int linux_pidfd_reap(int pidfd, int *status) {
    siginfo_t info;
    memset(&info, 0, sizeof info);
    int result;
    do result = waitid((idtype_t)3 /* P_PIDFD */, (id_t)pidfd, &info, WEXITED | WNOHANG);
    while (result != 0 && errno == EINTR);
    if (result != 0) return -1;
    if (info.si_pid == 0) return 0;
    *status = info.si_code == CLD_EXITED ? (info.si_status & 0xff) << 8 : info.si_status & 0x7f;
    return 1;
}

int linux_spawn_chdir(posix_spawn_file_actions_t *actions, const char *folder) {
    return posix_spawn_file_actions_addchdir_np(actions, folder);
}

int linux_spawn_fresh(posix_spawnattr_t *attributes, int new_session) {
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    sigdelset(&all, SIGKILL);
    sigdelset(&all, SIGSTOP);
    int code = posix_spawnattr_setsigmask(attributes, &none);
    if (code == 0) code = posix_spawnattr_setsigdefault(attributes, &all);
    if (code != 0) return code;
    short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
    if (new_session) flags |= POSIX_SPAWN_SETSID;
    return posix_spawnattr_setflags(attributes, flags);
}

int linux_become_subreaper(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }

int linux_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }

int linux_die_with_parent(int signal) { return prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0); }

// The child shares the caller's memory until it runs its program, so it tells its failure by writing here.
typedef struct {
    const linux_machine *machine;
    int error;
    const char *step;
} start;

static int fail(start *s, const char *step) {
    s->error = errno ? errno : EINVAL;
    s->step = step;
    _exit(127);
}

static int machine_child(void *argument) {
    start *s = argument;
    const linux_machine *m = s->machine;
    struct sigaction standard;
    memset(&standard, 0, sizeof standard);
    standard.sa_handler = SIG_DFL;
    for (int number = 1; number < NSIG; number++) sigaction(number, &standard, NULL);
    if (setsid() < 0) return fail(s, "setsid");
    for (int i = 0; i < m->cgroup_count; i++)
        if (write(m->cgroups[i], "0", 1) != 1) return fail(s, "enter cgroup");
    if (unshare(CLONE_NEWCGROUP) != 0) return fail(s, "unshare cgroups");
    if (m->network >= 0 && setns(m->network, CLONE_NEWNET) != 0) return fail(s, "enter network namespace");
    if (m->host_name && sethostname(m->host_name, strlen(m->host_name)) != 0) return fail(s, "set host name");
    int null = open("/dev/null", O_RDWR);
    if (null < 0) return fail(s, "open /dev/null");
    // Both are lifted out of the way of 0 to 3 first.
    int console = fcntl(m->console >= 0 ? m->console : null, F_DUPFD_CLOEXEC, 10);
    int inherited = m->inherited >= 0 ? fcntl(m->inherited, F_DUPFD_CLOEXEC, 10) : -1;
    if (console < 0 || (m->inherited >= 0 && inherited < 0)) return fail(s, "duplicate descriptors");
    if (dup2(null, 0) < 0 || dup2(console, 1) < 0 || dup2(console, 2) < 0) return fail(s, "set standard descriptors");
    if (inherited >= 0 && dup2(inherited, 3) < 0) return fail(s, "set descriptor 3");
    syscall(SYS_close_range, inherited >= 0 ? 4 : 3, ~0U, 0);
    umask(022);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execve(m->path, m->arguments, m->environment);
    return fail(s, "run program");
}

pid_t linux_start_machine(const linux_machine *machine, int *pidfd, const char **step) {
    enum { stack_size = 64 * 1024 };
    void *stack = mmap(NULL, stack_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (stack == MAP_FAILED) {
        *step = "make a stack";
        return -1;
    }
    start s = {machine, 0, "clone"};
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    int flags = CLONE_VM | CLONE_VFORK | CLONE_PIDFD | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | SIGCHLD;
    pid_t child = clone(machine_child, (char *)stack + stack_size, flags, &s, pidfd);
    int error = child < 0 ? errno : s.error;
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    munmap(stack, stack_size);
    if (child > 0 && error != 0) {
        waitpid(child, NULL, 0);
        close(*pidfd);
    }
    if (error == 0) return child;
    *step = s.step;
    errno = error;
    return -1;
}
