#define _GNU_SOURCE
#include "mounts.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

int linux_pivot_root(const char *new_root, const char *put_old) { return (int)syscall(SYS_pivot_root, new_root, put_old); }

int linux_loop_attach(int file, int *number) {
    int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
    if (control < 0) return -1;
    int device = -1;
    // Another process may take the free device first.
    for (int attempt = 0; attempt < 64; attempt++) {
        int free = ioctl(control, LOOP_CTL_GET_FREE);
        if (free < 0) break;
        char path[32];
        snprintf(path, sizeof path, "/dev/loop%d", free);
        if (mknod(path, S_IFBLK | 0600, makedev(7, (unsigned)free)) != 0 && errno != EEXIST) break;
        device = open(path, O_RDWR | O_CLOEXEC);
        if (device < 0) break;
        struct loop_config config;
        memset(&config, 0, sizeof config);
        config.fd = (unsigned)file;
        config.block_size = 4096;
        config.info.lo_flags = LO_FLAGS_AUTOCLEAR;
        if (ioctl(device, LOOP_CONFIGURE, &config) == 0) {
            *number = free;
            break;
        }
        int error = errno;
        close(device);
        device = -1;
        errno = error;
        if (error != EBUSY) break;
    }
    int error = errno;
    close(control);
    errno = error;
    return device;
}

int linux_unshare(int flags) { return unshare(flags); }

int linux_make_device(const char *path, mode_t mode, unsigned major, unsigned minor) {
    return mknod(path, mode, makedev(major, minor));
}

int linux_next_extent(int file, off_t from, off_t *start, off_t *end) {
    off_t found = lseek(file, from, SEEK_DATA);
    if (found < 0) return errno == ENXIO ? 0 : -1;
    *start = found;
    *end = lseek(file, found, SEEK_HOLE);
    return *end < 0 ? -1 : 1;
}

int linux_copy_extent(int source, int target, off_t start, off_t end) {
    loff_t in = start, out = start;
    while (in < end) {
        ssize_t count = copy_file_range(source, &in, target, &out, (size_t)(end - in), 0);
        if (count < 0 && errno == EINTR) continue;
        // Between some file systems only sendfile copies.
        if (count < 0 && (errno == EXDEV || errno == EINVAL || errno == EOPNOTSUPP)) {
            if (lseek(target, out, SEEK_SET) < 0) return -1;
            count = sendfile(target, source, &in, (size_t)(end - in));
            if (count > 0) out += count;
        }
        if (count < 0) return -1;
        if (count == 0) {
            errno = EIO;
            return -1;
        }
    }
    return 0;
}
