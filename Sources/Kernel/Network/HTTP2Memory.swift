import CLinux
import CNGHTTP2
import Glibc

/// Where nghttp2 takes its memory from: the frame buffer of a session, of which idle connections use some hundred bytes and which would
/// be half of their memory, from blocks whose untouched pages do not exist; everything else as usual.
enum HTTP2Memory {
    /// Calls `body` with the functions as nghttp2 wants them.
    static func with<Outcome>(_ body: (UnsafeMutablePointer<nghttp2_mem>) -> Outcome) -> Outcome {
        var memory = nghttp2_mem(
            mem_user_data: nil, malloc: { size, _ in take(size) }, free: { block, _ in give(block) },
            calloc: { count, size, _ in Glibc.calloc(count, size) }, realloc: { block, size, _ in resize(block, size) })
        return body(&memory)
    }
}

/// The frame buffer is the only thing of that size.
private let bufferSizes = 16_384...Int(LINUX_SLAB_BYTES)

private func take(_ size: Int) -> UnsafeMutableRawPointer? {
    if bufferSizes.contains(size), let block = linux_slab_take() { return block }
    return Glibc.malloc(size)
}

private func give(_ block: UnsafeMutableRawPointer?) {
    if let block, linux_slab_owns(block) == 1 { linux_slab_give(block) } else { Glibc.free(block) }
}

private func resize(_ block: UnsafeMutableRawPointer?, _ size: Int) -> UnsafeMutableRawPointer? {
    guard let block else { return take(size) }
    guard linux_slab_owns(block) == 1 else { return Glibc.realloc(block, size) }
    if size <= Int(LINUX_SLAB_BYTES) { return block }
    guard let larger = Glibc.malloc(size) else { return nil }
    larger.copyMemory(from: block, byteCount: Int(LINUX_SLAB_BYTES))
    linux_slab_give(block)
    return larger
}
