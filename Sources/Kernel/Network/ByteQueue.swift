/// Bytes waiting in the pieces in which they came; taking from the front copies nothing.
struct ByteQueue: Sendable {
    private var pieces: [[UInt8]] = []
    private var head = 0
    private var offset = 0
    /// Bytes waiting.
    private(set) var count = 0
    init() {}

    var isEmpty: Bool { count == 0 }
    /// Bytes in the first piece.
    var firstCount: Int { head < pieces.count ? pieces[head].count - offset : 0 }

    mutating func append(_ piece: [UInt8]) {
        guard !piece.isEmpty else { return }
        pieces.append(piece)
        count += piece.count
    }

    /// The first piece, or what is left of it.
    mutating func popFirst() -> [UInt8]? {
        guard head < pieces.count else { return nil }
        let piece = offset == 0 ? pieces[head] : [UInt8](pieces[head][offset...])
        dropHead()
        count -= piece.count
        return piece
    }

    /// Drops `length` bytes (at most `count`) from the front.
    mutating func discard(_ length: Int) {
        var left = min(length, count)
        count -= left
        while left > 0 {
            let available = pieces[head].count - offset
            guard left >= available else {
                offset += left
                return
            }
            left -= available
            dropHead()
        }
    }

    /// Calls `body` with the pieces from the front, in order, until it returns false.
    func forEach(_ body: (UnsafeRawBufferPointer) -> Bool) {
        var start = offset
        for index in head..<pieces.count {
            let goOn = pieces[index].withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[start...])) }
            guard goOn else { return }
            start = 0
        }
    }

    /// Moves everything out of `other` to the end of this queue.
    mutating func take(_ other: inout ByteQueue) {
        if isEmpty {
            swap(&self, &other)
        } else {
            while let piece = other.popFirst() { append(piece) }
        }
    }

    mutating func removeAll() { self = ByteQueue() }

    private mutating func dropHead() {
        pieces[head] = []
        head += 1
        offset = 0
        if head == pieces.count {
            pieces.removeAll(keepingCapacity: head <= 16)
            head = 0
        } else if head >= 64, head * 2 > pieces.count {
            pieces.removeFirst(head)
            head = 0
        }
    }
}
