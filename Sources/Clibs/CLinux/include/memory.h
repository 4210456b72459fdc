// What the process holds of the machine's memory, and giving back what it does not use.
#pragma once
#include <stdint.h>

// Processor time of the process in nanoseconds, and how often it reached for a page that was not mapped.
struct linux_usage {
    int64_t processor;
    int64_t faults;
};
struct linux_usage linux_usage(void);

// Lets go of the pages of the program's and its libraries' files that nobody can have written to. They stay in the page cache, and whoever
// reads one again gets it by a minor fault.
void linux_release_program(void);
// Gives free blocks that the calling thread keeps for itself back to the allocator, where that is jemalloc.
void linux_release_thread(void);
// Gives the allocator's free pages back to the system, where it is jemalloc.
void linux_release_heap(void);
