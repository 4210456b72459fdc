// Mounts and loop devices.
#pragma once
#include <sys/mount.h>
#include <sys/types.h>

// pivot_root(2); -1 and errno on failure.
int linux_pivot_root(const char *new_root, const char *put_old);
// Attaches a file to a free loop device, which detaches itself when its last user goes.
// Returns a descriptor of the device and its number; -1 and errno on failure.
int linux_loop_attach(int file, int *number);
// unshare(2); -1 and errno on failure.
int linux_unshare(int flags);
// Makes a device node; -1 and errno on failure.
int linux_make_device(const char *path, mode_t mode, unsigned major, unsigned minor);
// The next extent of data at or after an offset: 1 and its bounds, 0 when there is none, -1 and errno on failure.
int linux_next_extent(int file, off_t from, off_t *start, off_t *end);
// Copies a range to the same place in another file, within the kernel; -1 and errno on failure.
int linux_copy_extent(int source, int target, off_t start, off_t end);
// CLONE_NEW… flags of the kernel.
enum { LINUX_NEW_MOUNTS = 0x00020000, LINUX_NEW_CGROUPS = 0x02000000, LINUX_NEW_UTS = 0x04000000, LINUX_NEW_IPC = 0x08000000,
       LINUX_NEW_PIDS = 0x20000000, LINUX_NEW_NETWORK = 0x40000000 };
