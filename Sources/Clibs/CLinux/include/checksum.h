// CRC32C (Castagnoli), as storage formats use it.
#pragma once
#include <stddef.h>
#include <stdint.h>

// The checksum of the bytes, continuing from `crc` (0 to begin). Uses the processor's instruction where there is one.
uint32_t linux_crc32c(uint32_t crc, const void *bytes, size_t length);
// The same by table, for tests.
uint32_t linux_crc32c_table(uint32_t crc, const void *bytes, size_t length);
