#define _GNU_SOURCE
#include <poll.h>
#include <time.h>
#include "CLinux.h"

int linux_wait_readable(int descriptor, long long nanoseconds) {
    struct pollfd wanted = {.fd = descriptor, .events = POLLIN};
    struct timespec time = {.tv_sec = nanoseconds / 1000000000, .tv_nsec = nanoseconds % 1000000000};
    return ppoll(&wanted, 1, &time, NULL);
}
