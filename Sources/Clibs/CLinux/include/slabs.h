// Blocks for buffers that are large and little used: of their pages only those exist that were written to, and none once a block is free.
#pragma once
#include <stddef.h>

// The size of a block.
#define LINUX_SLAB_BYTES 20480

// A block of zeros; null when there is no more room.
void *linux_slab_take(void);
// Whether a pointer is a block that was taken.
int linux_slab_owns(const void *block);
// Gives a block back.
void linux_slab_give(void *block);
