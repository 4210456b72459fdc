#define _GNU_SOURCE
#include "sockets.h"
#include <pthread.h>
#include <sys/socket.h>

int linux_accept(int listener, struct sockaddr_storage *address, socklen_t *length) {
    return accept4(listener, (struct sockaddr *)address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

int linux_name_thread(const char *name) { return pthread_setname_np(pthread_self(), name); }
