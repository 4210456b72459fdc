#pragma once
#include <isa-l/igzip_lib.h>
#include <stdint.h>
#include <stdlib.h>

// A gzip member that is made piece by piece, with the room that the library's level 1 needs.
struct isal_gzip {
    struct isal_zstream stream;
    uint8_t level_buffer[ISAL_DEF_LVL1_DEFAULT];
};
static inline void *isal_gzip_new(void) {
    struct isal_gzip *gzip = (struct isal_gzip *)malloc(sizeof *gzip);
    if (!gzip) return NULL;
    isal_deflate_init(&gzip->stream);
    gzip->stream.gzip_flag = IGZIP_GZIP;
    gzip->stream.level = 1;
    gzip->stream.level_buf = gzip->level_buffer;
    gzip->stream.level_buf_size = sizeof gzip->level_buffer;
    return gzip;
}
static inline void isal_gzip_free(void *gzip) { free(gzip); }
// Gives the compressor its next input; `last` when nothing follows.
static inline void isal_gzip_feed(void *gzip, const uint8_t *bytes, uint32_t count, int last) {
    struct isal_zstream *stream = &((struct isal_gzip *)gzip)->stream;
    stream->next_in = (uint8_t *)(uintptr_t)bytes;
    stream->avail_in = count;
    stream->end_of_stream = last ? 1 : 0;
}
// Packs into `room` and returns how many bytes were written, -1 on failure. It wants to be called again while the room was filled.
static inline int64_t isal_gzip_pack(void *gzip, uint8_t *room, uint32_t count) {
    struct isal_zstream *stream = &((struct isal_gzip *)gzip)->stream;
    stream->next_out = room;
    stream->avail_out = count;
    if (isal_deflate(stream) != COMP_OK) return -1;
    return (int64_t)count - stream->avail_out;
}
