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
// A socket in the network namespace of the file at `path` (null: the thread's own). The thread is home again when this returns;
// if it could not come home the process ends, as nothing made later could be trusted. -1 and errno on failure.
int linux_socket(const char *path, int domain, int type, int protocol);
// Lets a socket bind to an address that is not (yet) the machine's. 0, or -1 and errno.
int linux_free_bind(int descriptor, int domain);
// Binding with port 0 leaves the choice of the port to connect.
void linux_bind_address_no_port(int descriptor);
