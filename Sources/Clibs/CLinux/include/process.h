// Processes: pidfds, and the start of a machine's first process.
#pragma once
#include <spawn.h>
#include <sys/types.h>

// pidfd_open(2); -1 and errno on failure.
int linux_pidfd_open(pid_t process);
// pidfd_send_signal(2); -1 and errno on failure.
int linux_pidfd_signal(int pidfd, int signal);
// Reaps the child of a pidfd if it has ended: 1 and its wait status, 0 while it runs, -1 and errno on failure.
int linux_pidfd_reap(int pidfd, int *status);
// Has a spawned child begin in a folder.
int linux_spawn_chdir(posix_spawn_file_actions_t *actions, const char *folder);
// Starts the child in a session of its own, with no signals blocked or ignored.
int linux_spawn_fresh(posix_spawnattr_t *attributes, int new_session);
// Orphans below this process become its children. -1 and errno on failure.
int linux_become_subreaper(void);
// A pipe that no program inherits. -1 and errno on failure.
int linux_pipe(int ends[2]);
// The calling process gets the signal when its parent's thread ends.
int linux_die_with_parent(int signal);

// What a machine's first process is started with. Descriptors are -1 for none.
typedef struct {
    const char *path;
    char *const *arguments;
    char *const *environment;
    const char *host_name;
    // The network namespace to enter.
    int network;
    // Open `cgroup.procs` files of the cgroups to enter, which become the roots of its cgroup namespace.
    const int *cgroups;
    int cgroup_count;
    // Standard output and error.
    int console;
    // Comes as descriptor 3.
    int inherited;
} linux_machine;

// Starts the process as PID 1 in namespaces of its own (pid, mount, uts, ipc, cgroup) and returns when it runs the program.
// Returns its number here and its pidfd; -1 and errno on failure, with the name of the step that failed.
pid_t linux_start_machine(const linux_machine *machine, int *pidfd, const char **step);
