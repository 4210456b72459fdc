#define _GNU_SOURCE
#include "slabs.h"
#include <pthread.h>
#include <stdint.h>
#include <sys/mman.h>

// Blocks that there may be: a gigabyte of addresses, of which nothing is memory until it is used.
#define SLAB_COUNT 52428

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static unsigned char *region;
static uint32_t freed[SLAB_COUNT];
static uint32_t free_count;
static uint32_t next_fresh;

static void reserve(void) {
    const size_t size = (size_t)SLAB_COUNT * LINUX_SLAB_BYTES;
    void *found = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (found == MAP_FAILED) return;
    madvise(found, size, MADV_NOHUGEPAGE);
    region = found;
}

void *linux_slab_take(void) {
    pthread_once(&once, reserve);
    if (!region) return NULL;
    pthread_mutex_lock(&lock);
    int64_t index = -1;
    if (free_count > 0) index = freed[--free_count];
    else if (next_fresh < SLAB_COUNT) index = next_fresh++;
    pthread_mutex_unlock(&lock);
    return index < 0 ? NULL : region + (size_t)index * LINUX_SLAB_BYTES;
}

int linux_slab_owns(const void *block) {
    const unsigned char *place = block;
    return region && place >= region && place < region + (size_t)SLAB_COUNT * LINUX_SLAB_BYTES;
}

void linux_slab_give(void *block) {
    madvise(block, LINUX_SLAB_BYTES, MADV_DONTNEED);
    const uint32_t index = (uint32_t)(((unsigned char *)block - region) / LINUX_SLAB_BYTES);
    pthread_mutex_lock(&lock);
    freed[free_count++] = index;
    pthread_mutex_unlock(&lock);
}
