#pragma once
#include <zlib.h>

// zlib's macros as functions: 15 bits of window, and 16 for the gzip wrapper.
static inline int zlib_gunzip_init(z_stream *stream) { return inflateInit2(stream, 15 + 16); }
// Streams with zlib's own wrapper.
static inline int zlib_deflate_init(z_stream *stream, int level) { return deflateInit(stream, level); }
static inline int zlib_inflate_init(z_stream *stream) { return inflateInit(stream); }
