#define _GNU_SOURCE
#include <malloc.h>
#include <poll.h>
#include <time.h>
#include "CLinux.h"

int linux_wait_readable(int descriptor, long long nanoseconds) {
    struct pollfd wanted = {.fd = descriptor, .events = POLLIN};
    struct timespec time = {.tv_sec = nanoseconds / 1000000000, .tv_nsec = nanoseconds % 1000000000};
    return ppoll(&wanted, 1, &time, NULL);
}

void linux_keep_memory(void) {
    mallopt(M_TRIM_THRESHOLD, 256 << 20);
    mallopt(M_TOP_PAD, 1 << 20);
    mallopt(M_MMAP_THRESHOLD, 32 << 20);
}
