#define _GNU_SOURCE
#include "sockets.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>

int linux_accept(int listener, struct sockaddr_storage *address, socklen_t *length) {
    return accept4(listener, (struct sockaddr *)address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

void linux_tune_tcp(int descriptor) {
    int on = 1, idle = 30, interval = 10, count = 3;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(descriptor, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    setsockopt(descriptor, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle);
    setsockopt(descriptor, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof interval);
    setsockopt(descriptor, IPPROTO_TCP, TCP_KEEPCNT, &count, sizeof count);
    // While data waits for its acknowledgement keepalive does not run, and retries would go on for a quarter of an hour.
    unsigned milliseconds = 25000;
    setsockopt(descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT, &milliseconds, sizeof milliseconds);
}

void linux_raise_descriptor_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

int linux_name_thread(const char *name) { return pthread_setname_np(pthread_self(), name); }

int linux_socket(const char *path, int domain, int type, int protocol) {
    if (!path) return socket(domain, type, protocol);
    int home = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
    if (home < 0) return -1;
    int away = open(path, O_RDONLY | O_CLOEXEC), made = -1, failure = errno;
    if (away >= 0) {
        if (setns(away, CLONE_NEWNET) == 0) {
            made = socket(domain, type, protocol);
            failure = errno;
            if (setns(home, CLONE_NEWNET) != 0) abort();
        } else {
            failure = errno;
        }
        close(away);
    }
    close(home);
    errno = failure;
    return made;
}

int linux_free_bind(int descriptor, int domain) {
    int on = 1;
    if (domain == AF_INET6) return setsockopt(descriptor, IPPROTO_IPV6, IPV6_FREEBIND, &on, sizeof on);
    return setsockopt(descriptor, IPPROTO_IP, IP_FREEBIND, &on, sizeof on);
}

void linux_bind_address_no_port(int descriptor) {
    int on = 1;
    setsockopt(descriptor, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
}
