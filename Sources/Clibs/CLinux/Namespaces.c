#define _GNU_SOURCE
#include "namespaces.h"
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

int linux_enter_network(int descriptor) { return setns(descriptor, CLONE_NEWNET); }

int linux_own_network(void) { return open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC); }

static int raise_loopback(void) {
    struct ifreq request;
    memset(&request, 0, sizeof request);
    strcpy(request.ifr_name, "lo");
    request.ifr_flags = IFF_UP | IFF_RUNNING;
    int control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (control < 0) return errno;
    int failure = ioctl(control, SIOCSIFFLAGS, &request) < 0 ? errno : 0;
    close(control);
    return failure;
}

struct making {
    const char *path;
    int failure;
};

static void *make_in_thread(void *argument) {
    struct making *making = argument;
    if (unshare(CLONE_NEWNET) < 0)
        making->failure = errno;
    else if ((making->failure = raise_loopback()) == 0 &&
             mount("/proc/thread-self/ns/net", making->path, "none", MS_BIND, NULL) < 0)
        making->failure = errno;
    return NULL;
}

int linux_make_network(const char *path) {
    struct making making = {path, 0};
    pthread_t thread;
    int failure = pthread_create(&thread, NULL, make_in_thread, &making);
    if (failure != 0) return failure;
    pthread_join(thread, NULL);
    return making.failure;
}

int linux_is_namespace(const char *path) {
    struct statfs facts;
    return statfs(path, &facts) == 0 && facts.f_type == 0x6e736673;
}

uint64_t linux_namespace_inode(const char *path) {
    struct stat facts;
    return linux_is_namespace(path) && stat(path, &facts) == 0 ? facts.st_ino : 0;
}

int linux_unmount_lazily(const char *path) { return umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW); }
