// GNU socket and thread calls.
#pragma once
#include <sys/socket.h>

// accept4 with SOCK_NONBLOCK and SOCK_CLOEXEC; -1 and errno on failure.
int linux_accept(int listener, struct sockaddr_storage *address, socklen_t *length);
// Names the calling thread (15 bytes at most).
int linux_name_thread(const char *name);
