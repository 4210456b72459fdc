// GNU socket and thread calls.
#pragma once
#include <sys/socket.h>

// accept4 with SOCK_NONBLOCK and SOCK_CLOEXEC; -1 and errno on failure.
int linux_accept(int listener, struct sockaddr_storage *address, socklen_t *length);
// Small writes go out at once; a peer that is silently gone is noticed within a minute.
void linux_tune_tcp(int descriptor);
// Lets the process open as many descriptors as it may.
void linux_raise_descriptor_limit(void);
// Names the calling thread (15 bytes at most).
int linux_name_thread(const char *name);
