#define _GNU_SOURCE
#include "memory.h"
#include <link.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

// jemalloc's, in programs that link it.
extern int mallctl(const char *name, void *old, size_t *old_size, void *new, size_t new_size) __attribute__((weak));

static int64_t nanoseconds(struct timeval time) { return (int64_t)time.tv_sec * 1000000000 + (int64_t)time.tv_usec * 1000; }

struct linux_usage linux_usage(void) {
    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage) != 0) return (struct linux_usage){0, 0};
    return (struct linux_usage){nanoseconds(usage.ru_utime) + nanoseconds(usage.ru_stime), usage.ru_minflt};
}

// Whether the loader relocates within the segments that are not written to afterwards.
static int has_text_relocations(const struct dl_phdr_info *object) {
    for (int i = 0; i < object->dlpi_phnum; i++) {
        if (object->dlpi_phdr[i].p_type != PT_DYNAMIC) continue;
        for (const ElfW(Dyn) *entry = (const void *)(object->dlpi_addr + object->dlpi_phdr[i].p_vaddr); entry->d_tag != DT_NULL; entry++)
            if (entry->d_tag == DT_TEXTREL || (entry->d_tag == DT_FLAGS && (entry->d_un.d_val & DF_TEXTREL))) return 1;
    }
    return 0;
}

static int release_object(struct dl_phdr_info *object, size_t size, void *context) {
    // The kernel's own object has no file; the program's name is empty.
    const int is_file = object->dlpi_name[0] == 0 || strchr(object->dlpi_name, '/') != NULL;
    if (!is_file || has_text_relocations(object)) return 0;
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    for (int i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
        if (segment->p_type != PT_LOAD || (segment->p_flags & PF_W)) continue;
        const uintptr_t start = (object->dlpi_addr + segment->p_vaddr) & ~(page - 1);
        const uintptr_t end = (object->dlpi_addr + segment->p_vaddr + segment->p_memsz + page - 1) & ~(page - 1);
        madvise((void *)start, end - start, MADV_DONTNEED);
    }
    return 0;
}

void linux_release_program(void) { dl_iterate_phdr(release_object, NULL); }

void linux_release_thread(void) {
    if (mallctl) mallctl("thread.tcache.flush", NULL, NULL, NULL, 0);
}

void linux_release_heap(void) {
    // 4096 stands for all arenas.
    if (mallctl) mallctl("arena.4096.purge", NULL, NULL, NULL, 0);
}
