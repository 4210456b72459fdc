/// Bytes on their way to a socket: small ones gathered in a buffer, large pieces kept as they are.
struct OutputQueue {
    /// Pieces of at least that many bytes are not copied together with others.
    static let copyLimit = 4096
    private var queue = ByteQueue()
    private var tail: [UInt8] = []

    var count: Int { queue.count + tail.count }
    var isEmpty: Bool { queue.isEmpty && tail.isEmpty }

    /// Adds a piece, by reference when it is large.
    mutating func append(_ piece: [UInt8]) {
        guard piece.count >= Self.copyLimit else {
            tail += piece
            return
        }
        seal()
        queue.append(piece)
    }

    mutating func append(copying bytes: UnsafeRawBufferPointer) { tail.append(contentsOf: bytes) }

    mutating func append(_ text: String) { tail.append(contentsOf: text.utf8) }

    /// Calls `body` with the next bytes to send: a large piece itself, or small ones together in `scratch`.
    mutating func withNext<Outcome>(_ scratch: UnsafeMutableRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Outcome) -> Outcome {
        if queue.isEmpty {
            let outcome = tail.withUnsafeBytes { body($0) }
            return outcome
        }
        seal()
        var filled = 0
        var outcome: Outcome?
        queue.forEach { piece in
            if filled == 0, piece.count >= 16_384 {
                outcome = body(piece)
                return false
            }
            let room = min(piece.count, scratch.count - filled)
            UnsafeMutableRawBufferPointer(rebasing: scratch[filled..<filled + room]).copyMemory(
                from: UnsafeRawBufferPointer(rebasing: piece[..<room]))
            filled += room
            return filled < scratch.count
        }
        return outcome ?? body(UnsafeRawBufferPointer(rebasing: scratch[..<filled]))
    }

    /// Drops bytes that were sent.
    mutating func discard(_ length: Int) {
        guard queue.isEmpty else { return queue.discard(length) }
        if length == tail.count {
            tail.removeAll(keepingCapacity: true)
        } else {
            seal()
            queue.discard(length)
        }
    }

    /// Borrows an empty buffer for small pieces.
    mutating func borrow(_ buffer: inout [UInt8]) {
        if isEmpty, tail.capacity == 0 { swap(&tail, &buffer) }
    }

    /// Gives the buffer back when nothing waits, so that an idle connection holds none.
    mutating func giveBack(_ buffer: inout [UInt8]) {
        guard isEmpty, tail.capacity > 0 else { return }
        if tail.capacity > buffer.capacity { swap(&tail, &buffer) }
        tail = []
    }

    mutating func removeAll() { self = OutputQueue() }

    private mutating func seal() {
        queue.append(tail)
        tail = []
    }
}
