/// Bytes waiting in the pieces in which they came; taking from the front copies nothing.
struct ByteQueue: Sendable {
    private var pieces: [ArraySlice<UInt8>] = []
    private var head = 0
    /// Bytes waiting.
    private(set) var count = 0
    init() {}

    var isEmpty: Bool { count == 0 }
    /// Bytes in the first piece.
    var firstCount: Int { head < pieces.count ? pieces[head].count : 0 }

    mutating func append(_ piece: [UInt8]) {
        guard !piece.isEmpty else { return }
        pieces.append(piece[...])
        count += piece.count
    }

    /// The first piece, or what is left of it.
    mutating func popFirst() -> [UInt8]? {
        guard head < pieces.count else { return nil }
        return Array(takeFirst(firstCount))
    }

    /// The first `length` bytes of the first piece, which has as many.
    mutating func takeFirst(_ length: Int) -> ArraySlice<UInt8> {
        let taken = pieces[head].prefix(length)
        discard(length)
        return taken
    }

    /// Drops `length` bytes (at most `count`) from the front.
    mutating func discard(_ length: Int) {
        var left = min(length, count)
        count -= left
        while left > 0 {
            let available = pieces[head].count
            guard left >= available else {
                pieces[head] = pieces[head].dropFirst(left)
                return
            }
            left -= available
            dropHead()
        }
    }

    /// Calls `body` with the first piece, which is there.
    func withFirst<Outcome>(_ body: (UnsafeRawBufferPointer) -> Outcome) -> Outcome { pieces[head].withUnsafeBytes(body) }

    /// Moves everything out of `other` to the end of this queue.
    mutating func take(_ other: inout ByteQueue) {
        if isEmpty {
            swap(&self, &other)
        } else {
            pieces.append(contentsOf: other.pieces[other.head...])
            count += other.count
            other.removeAll()
        }
    }

    mutating func removeAll() { self = ByteQueue() }

    private mutating func dropHead() {
        pieces[head] = []
        head += 1
        pieces.forget(before: &head)
    }
}

extension Array {
    /// Forgets the elements before `start` when they are all, or so many that moving the others is worth it.
    mutating func forget(before start: inout Int) {
        if start == count {
            removeAll(keepingCapacity: start <= 16)
            start = 0
        } else if start >= 64, start * 2 > count {
            removeFirst(start)
            start = 0
        }
    }
}
