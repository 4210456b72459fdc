// Network namespaces: kept alive by a bind mount of their file, entered by one thread at a time.
#pragma once
#include <stdint.h>

// Moves the calling thread into the network namespace of the descriptor; -1 and errno on failure.
int linux_enter_network(int descriptor);
// A descriptor of the calling thread's own network namespace; -1 and errno on failure.
int linux_own_network(void);
// Makes a network namespace with its loopback up and mounts it on the file at the path; 0 or an errno.
// The calling thread stays where it is: a thread that lives for this call alone makes the namespace.
int linux_make_network(const char *path);
// 1 when a namespace is mounted on the path, else 0.
int linux_is_namespace(const char *path);
// Inode number of the namespace that is mounted on the path; 0 when there is none.
uint64_t linux_namespace_inode(const char *path);
// Unmounts what is mounted on the path, lazily; -1 and errno on failure.
int linux_unmount_lazily(const char *path);
