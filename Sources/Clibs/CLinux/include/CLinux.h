// What the Glibc module of the Swift toolchain lacks: headers it leaves out and GNU functions.
#pragma once
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include "checksum.h"
#include "memory.h"
#include "mounts.h"
#include "process.h"
#include "signals.h"
#include "namespaces.h"
#include "routing.h"
#include "slabs.h"
#include "sockets.h"
// Waits until the descriptor can be read, so long at most. Above zero when it can.
int linux_wait_readable(int descriptor, long long nanoseconds);
